//! Tables: the outfits of chapter 1, NewsQA's questions, the history of a run.
#![no_main]

use common::training::History;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let _ = str::from_utf8(bytes).map(ch01::models::outfits::parse);
    let _ = data::newsqa::parse(bytes);
    let Ok(history) = History::read(&fuzz::file("history.csv", bytes)) else { return };
    for name in &history.metrics {
        history.metric(name);
    }
});
