//! An episode of CarRacing: an npz archive of its frames.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let _ = ch08::models::rollouts::Episode::read(&fuzz::file("episode_00000.npz", bytes));
});
