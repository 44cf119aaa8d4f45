//! SQuAD's questions, and their answers as words.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    if let Ok(squad) = data::squad::Squad::parse(bytes) {
        common::datasets::squad::rows(&squad);
    }
});
