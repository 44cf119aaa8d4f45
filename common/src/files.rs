//! Files that are whole or not there.

use anyhow::{Context, Result};
use std::fs;
use std::io::Write;
use std::path::Path;

/// Writes a file beside its place and renames it there, so that a kill at any moment leaves the old file or the new
/// one, never half of one. Makes the folder if it is missing.
///
/// # Errors
/// Names the file and the reason: a read-only folder, a full disk.
pub fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    let failed = || format!("cannot write {}", path.display());
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    fs::create_dir_all(folder).with_context(failed)?;
    let mut file = tempfile::Builder::new().prefix(".part-").tempfile_in(folder).with_context(failed)?;
    file.write_all(bytes).with_context(failed)?;
    file.as_file().sync_data().with_context(failed)?;
    file.persist(path).with_context(failed)?;
    Ok(())
}
