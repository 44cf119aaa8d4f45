//! pip, which downloads wheels.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};

use anyhow::{Context, Result, bail};
use data::note;

use super::environment::make;
use super::{CURE, Version, find, lock, version};
use crate::process::{last_lines, output_of};

/// The first pip that resumes an interrupted download.
const RESUMES: Version = (25, 1);

/// What pip says when a file is another one than the hashes tell.
const OTHER_HASH: &str = "DO NOT MATCH THE HASHES";

/// A pip that works.
pub struct Pip {
    python: PathBuf,
    /// Whether it resumes interrupted downloads.
    resumes: bool,
}

/// The package cannot be downloaded, with pip's own words.
#[derive(Debug, thiserror::Error)]
#[error(
    "pip could not download {spec}: {said}. Check the network; for a proxy or your own index, set HTTPS_PROXY or \
     PIP_INDEX_URL. Then run the command again: complete downloads are kept. Without a network, copy the wheel to \
     .libtorch.part/wheels"
)]
pub struct Unavailable {
    spec: String,
    /// All that pip wrote to standard error.
    pub text: String,
    said: String,
}

impl Pip {
    /// A recent pip in our own environment or, if Python cannot create one, the machine's pip.
    ///
    /// # Errors
    /// There is no Python or no pip; the message suggests a fix.
    pub fn ready(root: &Path) -> Result<Pip> {
        let own = data::clients::own_python(root);
        let there = Pip::of(&own);
        if let Some(pip) = there.as_ref().filter(|pip| pip.resumes) {
            return Ok(Pip { python: pip.python.clone(), resumes: true });
        }
        let dir = root.join(".python/pip");
        note!("Preparing pip in {}.", dir.display());
        if there.is_none() {
            let python = find()?;
            if let Err(error) = make(&python, &dir) {
                return Pip::of(&python).with_context(|| format!("{error:#}. There is no pip either: {CURE}"));
            }
        }
        renew(&own, &dir);
        Pip::of(&own).with_context(|| format!("the pip in {} does not work: {CURE}", dir.display()))
    }

    /// The pip of `python`, if it has one.
    fn of(python: &Path) -> Option<Pip> {
        if !python.is_file() {
            return None;
        }
        let found = version(&output_of(data::clients::python(python).args(["-m", "pip", "--version"]))?)?;
        Some(Pip { python: python.to_path_buf(), resumes: found >= RESUMES })
    }

    /// Downloads the wheel of `spec`, without its requirements, for one of these platforms into the folder `into`; pip
    /// shows its progress, and refuses a file whose hash is not among those of [`lock::wheel`].
    ///
    /// # Errors
    /// The file is another one, or [`Unavailable`] if pip fails; what pip said is printed before.
    pub fn download(&self, spec: &str, platforms: &[String], into: &Path) -> Result<()> {
        let line = lock::wheel(spec);
        if line == spec {
            note!("The SHA-256 of {spec} is not listed here: pip compares the file with what the index says.");
        }
        let file = into.join("requirement.txt");
        fs::write(&file, line + "\n").with_context(|| format!("writing {}", file.display()))?;
        let mut command = data::clients::pip(&self.python);
        command.args(["download", "--no-deps", "--no-cache-dir"]);
        // libtorch is the same in the wheels for all Python versions.
        command.args(["--python-version", "3.12", "--only-binary", ":all:"]);
        for platform in platforms {
            command.args(["--platform", platform]);
        }
        if self.resumes {
            command.args(["--resume-retries", "20"]);
        }
        command.arg("--dest").arg(into).arg("--requirement").arg(file).env("TMPDIR", into.join("tmp"));
        let (status, text) = heard(&mut command).with_context(|| format!("starting {}", self.python.display()))?;
        if status.success() {
            return Ok(());
        }
        if text.contains(OTHER_HASH) {
            bail!(
                "pip refused the file that came for {spec}: its SHA-256 is none of those in xtask/python/locks, so the \
                 index or a proxy serves another file. Try another index (PIP_INDEX_URL), or copy a wheel that you \
                 trust to .libtorch.part/wheels. Then run the command again"
            );
        }
        let said = last_lines(&text, 1);
        let said = said.trim_start_matches("ERROR: ").trim_end_matches('.').to_string();
        Err(Unavailable { spec: spec.to_string(), text, said }.into())
    }
}

/// `pip install` of the packages of a lock file in the environment `dir`, whose Python is `python`.
///
/// # Errors
/// The lock file, which pip reads there, cannot be written.
pub fn install(python: &Path, dir: &Path, lock: &str) -> Result<Command> {
    let file = dir.join("gdl-lock.txt");
    fs::write(&file, lock).with_context(|| format!("writing {}", file.display()))?;
    let mut command = data::clients::pip(python);
    // All packages are listed: what they require in turn is not looked for.
    command.args(["install", "--quiet", "--no-deps", "--require-hashes", "--requirement"]).arg(file);
    Ok(command)
}

/// Replaces a pip that does not resume interrupted downloads in the environment `dir`, whose Python is `python`. Where
/// that fails, the old one serves.
pub fn renew(python: &Path, dir: &Path) {
    if Pip::of(python).is_some_and(|pip| pip.resumes) {
        return;
    }
    if let Ok(mut upgrade) = install(python, dir, lock::PIP) {
        let _ = upgrade.stderr(Stdio::null()).status();
    }
}

/// Runs a command, and keeps what it writes to standard error while it passes it on.
fn heard(command: &mut Command) -> std::io::Result<(ExitStatus, String)> {
    let mut child = command.stderr(Stdio::piped()).spawn()?;
    let mut text = String::new();
    if let Some(stderr) = child.stderr.take() {
        for line in BufReader::new(stderr).split(b'\n') {
            let line = String::from_utf8_lossy(&line?).into_owned();
            note!("{line}");
            text += &line;
            text.push('\n');
        }
    }
    Ok((child.wait()?, text))
}
