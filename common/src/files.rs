//! Files that are whole or not there.

use anyhow::{Context, Result};
use std::fs;
use std::io::Write;
use std::path::Path;

#[cfg(unix)]
use std::os::unix::fs::PermissionsExt;

/// Names of unfinished files begin with it.
const PART: &str = ".part-";

/// Writes a file beside its place and renames it there, so that a kill at any moment leaves the old file or the new
/// one, never half of one. Makes the folder if it is missing.
///
/// # Errors
/// Names the file and the reason: a read-only folder, a full disk.
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
    // Only the reason is kept: the error itself would keep the unfinished file.
    file.persist(path).map_err(|error| error.error).with_context(failed)?;
    Ok(())
}

/// Removes what killed processes left of [`write()`] in a folder and the folders in it.
pub fn remove_parts(folder: &Path) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        if entry.path().is_dir() {
            remove_parts(&entry.path());
        } else if entry.file_name().to_string_lossy().starts_with(PART) {
            let _ = fs::remove_file(entry.path());
        }
    }
}
