//! Where the repository lies.

use std::path::{Path, PathBuf};

use anyhow::{Result, bail};

/// The root of the repository: the nearest folder, from the current one upwards, that holds `data/datasets.toml`;
/// else the one this crate was compiled in.
///
/// # Errors
/// When neither exists, as in a binary copied to another machine and run outside of the repository.
pub fn root() -> Result<PathBuf> {
    let holds_manifest = |dir: &Path| dir.join("data/datasets.toml").is_file();
    if let Ok(here) = std::env::current_dir()
        && let Some(root) = here.ancestors().find(|dir| holds_manifest(dir))
    {
        return Ok(root.to_path_buf());
    }
    match Path::new(env!("CARGO_MANIFEST_DIR")).parent() {
        Some(root) if holds_manifest(root) => Ok(root.to_path_buf()),
        _ => bail!("can't find the repository: run this inside of it (the folder that holds data/datasets.toml)"),
    }
}
