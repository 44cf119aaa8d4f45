//! The map of chapter 1: TopoJSON.
#![no_main]

use common::datasets::{land, topojson};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let _ = topojson::polygons(bytes, "land");
    if let Ok(land) = land::parse(bytes) {
        land.contains([0.0, 0.0]);
    }
});
