//! Atomic writes: a file is complete or absent.

use anyhow::{Context, Result, ensure};
use std::fs;
use std::io::{ErrorKind, Write};
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
    // Another process that begins with this folder takes an unfinished file for one that a kill has left.
    let is_written = write_once(path, bytes)? || write_once(path, bytes)?;
    ensure!(is_written, "cannot write {}: another process removed it before it was complete", path.display());
    Ok(())
}

/// [`write`]; false if the unfinished file was gone before it had its name.
fn write_once(path: &Path, bytes: &[u8]) -> Result<bool> {
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
    match file.persist(path).map_err(|error| error.error) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
        persisted => persisted.map(|_| true).with_context(failed),
    }
}

/// Removes the temporary files that killed processes left in a folder and its subfolders.
pub fn remove_parts(folder: &Path) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let Ok(kind) = entry.file_type() else { continue };
        // A link may lead out of the folder: what it names stays.
        if kind.is_dir() {
            remove_parts(&entry.path());
        } else if kind.is_file() && entry.file_name().to_string_lossy().starts_with(PART) {
            let _ = fs::remove_file(entry.path());
        }
    }
}
