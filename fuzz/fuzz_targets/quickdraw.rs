//! Quick, Draw!: a NumPy file of drawings.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let _ = common::datasets::quickdraw::parse(bytes);
});
