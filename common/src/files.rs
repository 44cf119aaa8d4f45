//! Atomic writes: a file is complete or absent.

use anyhow::{Context, Result};
use std::fs;
use std::io::Write;
use std::path::Path;

#[cfg(unix)]
use std::os::unix::fs::PermissionsExt;

/// Prefix of the names of unfinished files.
const PART: &str = ".part-";

/// Writes a temporary file in the same folder and renames it: a kill at any moment leaves the old file or the new one.
/// Creates the folder if it is missing.
///
/// # Errors
/// The file cannot be written: the folder is read-only, or the disk is full.
pub fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    let failed = || format!("cannot write {}", path.display());
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    fs::create_dir_all(folder).with_context(failed)?;
    let mut builder = tempfile::Builder::new();
    builder.prefix(PART);
    #[cfg(unix)]
    builder.permissions(fs::Permissions::from_mode(0o666)); // as any other file: less what the umask takes
    let mut file = builder.tempfile_in(folder).with_context(failed)?;
    file.write_all(bytes).with_context(failed)?;
    file.as_file().sync_data().with_context(failed)?;
    // Keep only the reason: the error itself holds the unfinished file.
    file.persist(path).map_err(|error| error.error).with_context(failed)?;
    Ok(())
}

/// Removes the temporary files that killed processes left in a folder and its subfolders.
pub fn remove_parts(folder: &Path) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        if entry.path().is_dir() {
            remove_parts(&entry.path());
        } else if entry.file_name().to_string_lossy().starts_with(PART) {
            let _ = fs::remove_file(entry.path());
        }
    }
}
