//! Bach's chorales: an npz archive of pickles.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let _ = data::jsb_chorales::JsbChorales::parse(bytes);
});
