//! Virtual environments below `.python`. One is never removed: a reader's notes and packages in it stay.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use data::note;

use super::{CURE, pip, python_version};
use crate::process::last_lines;

/// The file that says that we made an environment, written before anything else in it.
const OURS: &str = "made-by-cargo-book.txt";

/// The file with what was installed, written last.
const MARKER: &str = "gdl.txt";

/// A virtual environment with some packages, installed once.
pub struct Environment<'a> {
    pub dir: PathBuf,
    /// What it holds, for the message: `JupyterLab (260 MB)`.
    pub title: &'a str,
    /// The [lock file](super::lock) of its packages. It is written to `gdl.txt` after the installation; where that file
    /// has another content, the packages are installed again.
    pub lock: &'static str,
}

impl Environment<'_> {
    /// The environment's Python; creates the environment with the Python of `base` if necessary.
    ///
    /// # Errors
    /// There is no suitable Python, the folder is not ours, or pip fails, also because the index serves other files
    /// than those of the lock file. The next call completes the installation.
    pub fn ready(&self, base: impl FnOnce() -> Result<PathBuf>) -> Result<PathBuf> {
        let python = in_environment(&self.dir);
        if self.is_complete(&python) {
            return Ok(python);
        }
        let _lock = alone(&self.dir)?;
        if self.is_complete(&python) {
            return Ok(python); // another command has installed it meanwhile
        }
        note!("Installing {} in {}. This is done once.", self.title, self.dir.display());
        make(&base()?, &self.dir)?;
        pip::renew(&python, &self.dir);
        let status = pip::install(&python, &self.dir, self.lock)?.status();
        let status = status.with_context(|| format!("starting {}", python.display()))?;
        ensure!(
            status.success(),
            "pip could not install {}: see its message above. Check the network; for a proxy or your own index, set \
             HTTPS_PROXY or PIP_INDEX_URL. Then run the command again",
            self.title
        );
        let marker = self.dir.join(MARKER);
        fs::write(&marker, self.lock).with_context(|| format!("writing {}", marker.display()))?;
        Ok(python)
    }

    /// Whether its packages were installed to the end, and its Python still works.
    fn is_complete(&self, python: &Path) -> bool {
        fs::read_to_string(self.dir.join(MARKER)).is_ok_and(|text| text == self.lock)
            && python_version(python).is_some()
    }
}

/// Waits until no other command installs into the folder `dir`; others wait until the file, `dir` with the ending `lock`, is
/// dropped.
///
/// # Errors
/// The file cannot be made.
pub fn alone(dir: &Path) -> Result<File> {
    let path = dir.with_extension("lock");
    let create = || {
        fs::create_dir_all(path.parent().unwrap_or(dir))?;
        File::create(&path)
    };
    let file = create().with_context(|| format!("making {}", path.display()))?;
    data::disk::lock(&file, || note!("Another installation is running; waiting for it."));
    Ok(file)
}

/// The Python of a virtual environment.
pub fn in_environment(dir: &Path) -> PathBuf {
    dir.join(if cfg!(windows) { "Scripts/python.exe" } else { "bin/python" })
}

/// Creates the virtual environment `dir`, or renews one that we made; what else lies in it stays.
///
/// # Errors
/// The folder is not ours, or Python cannot create it; a new folder is then removed again.
pub fn make(python: &Path, dir: &Path) -> Result<()> {
    let renewed = has_content(dir)?;
    ensure!(
        !renewed || [OURS, MARKER].iter().any(|name| dir.join(name).is_file()),
        "{0} was not made by this version of `cargo book`, and does not work: if nothing in it is yours, run \
         `rm -r {0}`, else move it to another place. Then run the command again",
        dir.display()
    );
    if renewed {
        remove_links(&dir.join("bin"))?;
    }
    let begin = || {
        fs::create_dir_all(dir)?;
        fs::write(dir.join(OURS), "cargo book made this folder, and installs its packages here again if need be.\n")
    };
    begin().with_context(|| format!("making {}", dir.display()))?;
    let output = data::clients::python(python).args(["-m", "venv"]).arg(dir).output();
    let output = output.with_context(|| format!("starting {}", python.display()))?;
    if !output.status.success() {
        if !renewed {
            let _ = fs::remove_dir_all(dir);
        }
        let said = [output.stdout, output.stderr].concat();
        let said = last_lines(&String::from_utf8_lossy(&said), 3);
        bail!(
            "{} -m venv failed: {}. If the venv module is missing, {CURE}",
            python.display(),
            said.trim_end_matches('.')
        );
    }
    Ok(())
}

/// Whether the folder exists and is not empty.
fn has_content(dir: &Path) -> Result<bool> {
    match fs::read_dir(dir) {
        Ok(mut entries) => Ok(entries.next().is_some()),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error).with_context(|| format!("reading {}", dir.display())),
    }
}

/// Removes venv's links to a Python that may be gone: venv itself would keep them.
fn remove_links(bin: &Path) -> Result<()> {
    for entry in fs::read_dir(bin).into_iter().flatten().flatten() {
        let is_link = entry.file_type().is_ok_and(|kind| kind.is_symlink());
        if is_link && entry.file_name().to_string_lossy().starts_with("python") {
            fs::remove_file(entry.path()).with_context(|| format!("removing {}", entry.path().display()))?;
        }
    }
    Ok(())
}
