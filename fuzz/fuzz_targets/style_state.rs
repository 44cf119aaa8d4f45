//! The state of L-BFGS, which searches for the image of style transfer. What is read can be used, or says what is wrong.
#![no_main]

use ch05::models::style_lbfgs::Lbfgs;
use common::training::Encoded;
use std::rc::Rc;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let squares = |x: &[f64]| (x.iter().map(|x| x * x).sum::<f64>(), x.iter().map(|x| 2.0 * x).collect::<Vec<f64>>());
    let search = Lbfgs::new(Rc::new(squares), vec![0.5; 5]);
    if search.decode(bytes).is_ok() {
        let _ = search.minimize(5);
        search.point();
    }
});
