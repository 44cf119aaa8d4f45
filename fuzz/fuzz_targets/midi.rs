//! MIDI, and what is made of a piece: quantized, as slices, written again.
#![no_main]

use music::Quarters;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let Ok(score) = music::midi::read(bytes) else { return };
    let score = music::quantize(&score);
    music::chordify_tied(&score);
    // A day of bars takes a second: too long to be tried often.
    if score.end() < Quarters::from_integer(1000) {
        music::chordify(&score);
    }
    let _ = music::midi::write(&score);
});
