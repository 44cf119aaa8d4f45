//! MNIST's idx files.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    if let Ok(array) = common::datasets::idx::parse(bytes.to_vec()) {
        assert!(array.len() < bytes.len());
    }
});
