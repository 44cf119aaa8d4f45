//! Small archives and checksums.

use sha2::{Digest, Sha256};
use std::io::{Cursor, Write};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

/// A zip archive of names and contents. Names may be invalid, such as `../escaped`.
///
/// # Panics
/// A name occurs twice.
#[track_caller]
pub fn zip(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in members {
        writer.start_file(*name, SimpleFileOptions::default()).unwrap_or_else(|error| panic!("{name}: {error}"));
        writer.write_all(content).unwrap_or_else(|error| panic!("{name}: {error}"));
    }
    writer.finish().unwrap_or_else(|error| panic!("{error}")).into_inner()
}

/// The SHA-256 in 64 hexadecimal digits.
pub fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}
