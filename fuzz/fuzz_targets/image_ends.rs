//! Whether an image is whole: the chunks of PNG, the segments of JPEG, and JPEG without its end marker.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let _ = data::image::check(bytes);
});
