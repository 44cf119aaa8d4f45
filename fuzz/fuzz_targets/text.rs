//! A text in any encoding.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    if let Ok(text) = data::text::decode(bytes) {
        assert!(!text.contains(['\r', '\0']));
    }
});
