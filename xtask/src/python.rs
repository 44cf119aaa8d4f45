//! Python and its pip, which installs libtorch. All of it is in `.python`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail, ensure};

use crate::process::{answer, on_path};

/// The first pip that resumes an interrupted download.
const RESUMES: (u32, u32) = (25, 1);

/// How to install Python with the venv module.
pub const CURE: &str = if cfg!(target_os = "macos") {
    "install it with `brew install python` or `xcode-select --install`"
} else {
    "install it with `sudo apt install python3 python3-venv` (Debian, Ubuntu) or `sudo dnf install python3` (Fedora)"
};

/// Major and minor version in `Python 3.12.3` or `pip 25.1 from ...`.
fn version(text: &str) -> Option<(u32, u32)> {
    let mut parts = text.split_whitespace().nth(1)?.split('.');
    Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
}

/// The version of the Python `program`.
pub fn python_version(program: &Path) -> Option<(u32, u32)> {
    version(&answer(program, &["--version"])?)
}

/// The machine's Python 3.
///
/// # Errors
/// There is none; the message suggests a fix.
pub fn find() -> Result<PathBuf> {
    let mut candidates = ["python3", "python"].iter().filter_map(|name| on_path(name));
    let found = candidates.find(|program| python_version(program).is_some_and(|(major, _)| major == 3));
    found.with_context(|| {
        format!("no Python 3 found, which installs libtorch with pip: {CURE}, and run the command again")
    })
}

/// The Python of a virtual environment.
pub fn in_environment(dir: &Path) -> PathBuf {
    dir.join(if cfg!(windows) { "Scripts/python.exe" } else { "bin/python" })
}

/// Creates the virtual environment `dir`; removes an older one first.
///
/// # Errors
/// Python cannot create it; nothing is left behind.
pub fn make_environment(python: &Path, dir: &Path) -> Result<()> {
    if dir.exists() {
        fs::remove_dir_all(dir).with_context(|| format!("removing {}", dir.display()))?;
    }
    let output = Command::new(python).args(["-m", "venv"]).arg(dir).output();
    let output = output.with_context(|| format!("starting {}", python.display()))?;
    if !output.status.success() {
        let _ = fs::remove_dir_all(dir);
        let said = [output.stdout, output.stderr].concat();
        let said = last_lines(&String::from_utf8_lossy(&said), 3);
        bail!("{} -m venv failed: {}", python.display(), said.trim_end_matches('.'));
    }
    Ok(())
}

/// A virtual environment with some packages, installed once.
pub struct Environment<'a> {
    pub dir: PathBuf,
    /// What it holds, for the message: `JupyterLab (260 MB)`.
    pub title: &'a str,
    /// Content of `gdl.txt`, written after the installation; other content recreates the environment.
    pub marker: String,
    /// Arguments of `pip install`, one call each.
    pub installs: Vec<Vec<String>>,
}

impl Environment<'_> {
    /// The environment's Python; creates the environment with the Python of `base` if necessary.
    ///
    /// # Errors
    /// There is no suitable Python, or pip fails. The next call recreates an incomplete environment.
    pub fn ready(&self, base: impl FnOnce() -> Result<PathBuf>) -> Result<PathBuf> {
        let python = in_environment(&self.dir);
        let marker = self.dir.join("gdl.txt");
        if fs::read_to_string(&marker).is_ok_and(|text| text == self.marker) && python_version(&python).is_some() {
            return Ok(python);
        }
        eprintln!("Installing {} in {}. This is done once.", self.title, self.dir.display());
        make_environment(&base()?, &self.dir)?;
        let pip = |args: &[String]| {
            let mut command = Command::new(&python);
            command.args(["-m", "pip", "install", "--disable-pip-version-check"]).args(args).env("PIP_USER", "0");
            let status = command.status().with_context(|| format!("starting {}", python.display()))?;
            ensure!(
                status.success(),
                "pip could not install {}: see its message above. Check the network; for a proxy or your own index, set \
                 HTTPS_PROXY or PIP_INDEX_URL. Then run the command again",
                self.title
            );
            Ok(())
        };
        pip(&["--quiet", "--upgrade", "pip"].map(String::from))?; // a recent one resumes downloads
        self.installs.iter().try_for_each(|args| pip(args))?;
        fs::write(&marker, &self.marker).with_context(|| format!("writing {}", marker.display()))?;
        Ok(python)
    }
}

/// The first Python on PATH, among several names, with a version in this range.
pub fn between(oldest: (u32, u32), newest: (u32, u32), names: &[&str]) -> Option<PathBuf> {
    let fits = |python: &PathBuf| python_version(python).is_some_and(|version| (oldest..=newest).contains(&version));
    names.iter().filter_map(|name| on_path(name)).find(fits)
}

/// The last non-empty lines of `text`, joined by ` / `.
pub fn last_lines(text: &str, count: usize) -> String {
    let lines: Vec<_> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    lines[lines.len().saturating_sub(count)..].join(" / ")
}

/// A pip that works.
pub struct Pip {
    python: PathBuf,
    /// Whether it resumes interrupted downloads.
    resumes: bool,
}

impl Pip {
    /// A recent pip in our own environment or, if Python cannot create one, the machine's pip.
    ///
    /// # Errors
    /// There is no Python or no pip; the message suggests a fix.
    pub fn ready(root: &Path) -> Result<Pip> {
        let dir = root.join(".python/pip");
        let own = in_environment(&dir);
        if let Some(pip) = Pip::of(&own).filter(|pip| pip.resumes) {
            return Ok(pip);
        }
        let python = find()?;
        eprintln!("Preparing pip in {}.", dir.display());
        if let Err(error) = make_environment(&python, &dir) {
            return Pip::of(&python).with_context(|| format!("{error:#}. There is no pip either: {CURE}"));
        }
        // An old pip works as well, but does not resume downloads.
        let upgrade = ["-m", "pip", "install", "--upgrade", "--quiet", "--disable-pip-version-check", "pip"];
        let _ = Command::new(&own).args(upgrade).env("PIP_USER", "0").stderr(Stdio::null()).status();
        Pip::of(&own).with_context(|| format!("the pip in {} does not work: {CURE}", dir.display()))
    }

    /// The pip of `python`, if it has one.
    pub fn of(python: &Path) -> Option<Pip> {
        let found = version(&answer(python, &["-m", "pip", "--version"])?)?;
        Some(Pip { python: python.to_path_buf(), resumes: found >= RESUMES })
    }

    /// Downloads the wheel of `spec`, without its requirements, into the folder `into`; pip shows its progress.
    ///
    /// # Errors
    /// pip fails; its message is printed before ours, which says what to do.
    pub fn download(&self, spec: &str, into: &Path) -> Result<()> {
        let mut command = Command::new(&self.python);
        command.args(["-m", "pip", "download", "--no-deps", "--no-cache-dir", "--disable-pip-version-check"]);
        // libtorch is the same in the wheels for all Python versions.
        command.args(["--python-version", "3.12", "--only-binary", ":all:"]);
        if self.resumes {
            command.args(["--resume-retries", "20"]);
        }
        command.arg("--dest").arg(into).arg(spec).env("TMPDIR", into.join("tmp"));
        let status = command.status().with_context(|| format!("starting {}", self.python.display()))?;
        ensure!(
            status.success(),
            "pip could not download {spec}: see its message above. Check the network; for a proxy or your own index, set \
             HTTPS_PROXY or PIP_INDEX_URL. Then run the command again: complete downloads are kept. Without a network, \
             copy the wheel to .libtorch.part/wheels"
        );
        Ok(())
    }
}
