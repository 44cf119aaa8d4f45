//! Jupyter, in the Python environment `.python/jupyter`.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::python::{self, Environment, lock};

/// The oldest Python that JupyterLab 4.6 supports.
const OLDEST: python::Version = (3, 10);

/// Disables the question about news at the first start.
const SETTINGS: &str = r#"{
  "@jupyterlab/apputils-extension:notification": { "fetchNews": "false", "checkForUpdates": false }
}
"#;

/// The environment's Python; installs Jupyter the first time.
///
/// # Errors
/// There is no suitable Python, or pip fails.
pub fn ready(root: &Path) -> Result<PathBuf> {
    let environment = Environment { dir: dir(root), title: "JupyterLab (260 MB)", lock: lock::JUPYTER };
    let python = environment.ready(|| {
        python::between(OLDEST, python::ANY, &[]).with_context(|| {
            format!("JupyterLab needs Python 3.{} or newer with the venv module: {}", OLDEST.1, python::CURE)
        })
    })?;
    let settings = dir(root).join("share/jupyter/lab/settings/overrides.json");
    if !settings.exists() {
        write(&settings, SETTINGS)?; // once: a reader may have changed it
    }
    Ok(python)
}

/// The environment's folder.
pub fn dir(root: &Path) -> PathBuf {
    root.join(".python/jupyter")
}

/// Writes a file and its folder, unless the file already has this content.
///
/// # Errors
/// It cannot be written.
pub fn write(path: &Path, text: &str) -> Result<()> {
    if fs::read_to_string(path).is_ok_and(|there| there == text) {
        return Ok(());
    }
    let folder = path.parent().unwrap_or(path);
    fs::create_dir_all(folder).with_context(|| format!("making {}", folder.display()))?;
    fs::write(path, text).with_context(|| format!("writing {}", path.display()))
}
