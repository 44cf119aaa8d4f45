//! The state of CMA-ES. What is read can be used, or says what is wrong.
#![no_main]

use ch08::models::evolution::Evolution;
use common::training::Encoded;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let evolution = Evolution::new(vec![0.0; 5], 0.1, 6, 1).expect("it is valid");
    if evolution.decode(bytes).is_ok() {
        let _ = evolution.ask().and_then(|candidates| evolution.tell(&vec![1.0; candidates.len()]));
    }
});
