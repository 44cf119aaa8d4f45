//! A pickle of NumPy's arrays. It goes into an archive of chorales here: the checksum of a changed archive would be
//! wrong, and the pickle not reached.
#![no_main]

/// The header of a NumPy file of one Python object.
const HEADER: &[u8] = b"{'descr': '|O', 'fortran_order': False, 'shape': (1,), }\n";

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let array = [b"\x93NUMPY\x01\x00", &(HEADER.len() as u16).to_le_bytes()[..], HEADER, bytes].concat();
    let members = ["train.npy", "valid.npy", "test.npy"].map(|name| (name, &array[..]));
    let _ = data::jsb_chorales::JsbChorales::parse(&testing::bytes::zip(&members));
});
