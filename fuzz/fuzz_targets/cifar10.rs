//! CIFAR-10's records.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let _ = common::datasets::cifar10::parse(bytes);
});
