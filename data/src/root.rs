//! The folder of the repository.

use std::path::{Path, PathBuf};

use anyhow::{Result, bail};

/// The root of the repository: the nearest folder, from the current one upwards, with `data/datasets.toml`; else the
/// one in which this crate was compiled.
///
/// # Errors
/// Neither exists, e.g. for a binary that was copied to another machine.
pub fn root() -> Result<PathBuf> {
    let holds_manifest = |dir: &Path| dir.join("data/datasets.toml").is_file();
    if let Ok(here) = std::env::current_dir()
        && let Some(root) = here.ancestors().find(|dir| holds_manifest(dir))
    {
        return Ok(root.to_path_buf());
    }
    match Path::new(env!("CARGO_MANIFEST_DIR")).parent() {
        Some(root) if holds_manifest(root) => Ok(root.to_path_buf()),
        _ => bail!("cannot find the repository (the folder with data/datasets.toml): run this command inside it"),
    }
}
