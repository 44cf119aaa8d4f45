//! A trace of CarRacing.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let _ = car_racing::trace::Trace::parse(bytes);
});
