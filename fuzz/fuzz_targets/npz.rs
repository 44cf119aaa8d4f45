//! An archive of NumPy files.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let Ok(npz) = common::datasets::npz::Npz::parse(bytes) else { return };
    for name in npz.names() {
        let _ = npz.array::<f32>(name);
        let _ = npz.array::<u8>(name);
    }
});
