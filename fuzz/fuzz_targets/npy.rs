//! A NumPy file. It goes into an archive here: the checksum of a changed archive would be wrong, and the array not
//! reached.
#![no_main]

use common::datasets::npz::Npz;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let _ = data::npy::read_header(bytes);
    let Ok(npz) = Npz::parse(&testing::bytes::zip(&[("x.npy", bytes)])) else { return };
    let _ = npz.array::<f32>("x");
    let _ = npz.array::<u8>("x");
    let _ = npz.array::<bool>("x");
});
