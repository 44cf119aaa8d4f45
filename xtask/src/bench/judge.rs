//! `cargo book bench 08 --judge`: Gymnasium plays episodes of CarRacing, and the crate `car_racing` plays them again.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result, bail, ensure};

use crate::cargo::Cargo;
use crate::process::code;
use crate::python::{Environment, between, lock};

/// Of every ten episodes of random steps there is one whole lap.
const RANDOM_FOR_A_LAP: u32 = 10;

/// Compares so many episodes of 1,000 random steps, and some laps.
///
/// # Errors
/// Gymnasium cannot be installed, or a program cannot be started. Differences end with exit code 1.
pub fn run(root: &Path, episodes: u32) -> Result<ExitCode> {
    let cargo = Cargo::ready(root)?;
    let python = python(root)?;
    let folder = tempfile::tempdir().context("making a folder for the episodes")?;
    let crate_folder = root.join("chapters/ch08_play/car_racing");
    let mut play = data::clients::python(&python);
    play.arg(crate_folder.join("tests/fixtures/make_fixtures.py")).arg("--judge").arg(folder.path());
    play.args(["--seeds", &episodes.to_string(), "--laps", &episodes.div_ceil(RANDOM_FOR_A_LAP).to_string()]);
    let status = play.status().with_context(|| format!("starting {}", python.display()))?;
    ensure!(status.success(), "Gymnasium could not play: see its message above");
    let mut compare = cargo.command("run");
    compare.args(["--quiet", "--package", "car_racing", "--example", "judge", "--"]).arg(folder.path());
    Ok(code(compare.status().context("starting cargo")?))
}

/// The Python that has Gymnasium.
fn python(root: &Path) -> Result<PathBuf> {
    let (dir, title) = (root.join(".python/gymnasium"), "Gymnasium (150 MB)");
    let environment = Environment { dir, title, lock: lock::GYMNASIUM };
    environment.ready(|| match between((3, 10), (3, 13), &["python3", "python3.12"]) {
        Some(python) => Ok(python),
        None => bail!("Gymnasium needs Python 3.10 to 3.13, and none was found: install python3.12"),
    })
}
