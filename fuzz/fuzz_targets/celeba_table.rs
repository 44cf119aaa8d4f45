//! CelebA's table of attributes, in all the forms that are around.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    if let Ok(table) = data::celeba::Table::parse(bytes) {
        assert_eq!(table.names.len(), table.rows.len());
    }
});
