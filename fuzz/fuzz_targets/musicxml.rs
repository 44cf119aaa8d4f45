//! MusicXML, plain or compressed.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    if let Ok(score) = music::musicxml::read(bytes) {
        music::chordify_tied(&score);
    }
});
