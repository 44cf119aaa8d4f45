//! What the targets share: files for the readers that take a path.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

/// A folder of this process: in `TMPDIR` if that is set, else in memory where the system has such a disk.
///
/// # Panics
/// It cannot be made.
pub fn scratch() -> &'static Path {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    FOLDER.get_or_init(|| {
        let in_memory = Path::new("/dev/shm");
        let place = match std::env::var_os("TMPDIR") {
            Some(place) => PathBuf::from(place),
            None if in_memory.is_dir() => in_memory.to_path_buf(),
            None => std::env::temp_dir(),
        };
        let folder = place.join(format!("fuzz-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap_or_else(|error| panic!("cannot create {}: {error}", folder.display()));
        folder
    })
}

/// Writes a file below [`scratch`], and returns its path.
///
/// # Panics
/// It cannot be written.
pub fn file(name: &str, bytes: &[u8]) -> PathBuf {
    let path = scratch().join(name);
    let made = path.parent().map_or(Ok(()), fs::create_dir_all);
    made.and_then(|()| fs::write(&path, bytes))
        .unwrap_or_else(|error| panic!("cannot write {}: {error}", path.display()));
    path
}
