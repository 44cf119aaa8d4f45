//! GloVe's word vectors.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let _ = data::glove::parse(bytes, |_| true, |_, _| ());
});
