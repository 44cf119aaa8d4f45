//! Encoded episodes of CarRacing.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let _ = ch08::models::Series::load(&fuzz::file("series.safetensors", bytes));
});
