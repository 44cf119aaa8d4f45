//! A sound font.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let _ = data::soundfont::check(&fuzz::file("font.sf2", bytes));
});
