//! NumPy's format `.npz`: a zip archive of `.npy` files. These are not compressed, so that the bytes stay the same with
//! every version of a compressing library.

use std::io::Write;
use std::path::Path;

use anyhow::{Context, Result};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

/// Writes an archive of arrays by name, each a whole `.npy` file.
///
/// # Errors
/// The file cannot be written.
pub fn write(path: &Path, arrays: &[(&str, Vec<u8>)]) -> Result<()> {
    let failed = || format!("cannot write {}", path.display());
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Stored)
        .last_modified_time(DateTime::default());
    let mut archive = ZipWriter::new(std::fs::File::create(path).with_context(failed)?);
    for (name, bytes) in arrays {
        archive.start_file(format!("{name}.npy"), options).with_context(failed)?;
        archive.write_all(bytes).with_context(failed)?;
    }
    archive.finish().with_context(failed)?;
    Ok(())
}
