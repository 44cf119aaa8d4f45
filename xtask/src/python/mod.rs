//! Python: which one serves, its environments and its pip, which installs libtorch. All that we make is in `.python`.

mod environment;
pub mod lock;
mod pip;

use std::path::{Path, PathBuf};

use anyhow::{Result, anyhow};

use crate::process::{on_path, output_of};

pub use environment::{Environment, alone};
pub use pip::{Pip, Unavailable};

/// The oldest Python that serves, as the README promises.
pub const OLDEST: Version = (3, 9);

/// Newer than any Python 3.
pub const ANY: Version = (3, 99);

/// Major and minor version.
pub type Version = (u32, u32);

/// How to install Python with the venv module.
pub const CURE: &str = if cfg!(target_os = "macos") {
    "install it with `brew install python` or `xcode-select --install`"
} else {
    "install it with `sudo apt install python3 python3-venv` (Debian, Ubuntu) or `sudo dnf install python3` (Fedora)"
};

/// The names under which Python is looked for, after those that a caller prefers.
const NAMES: [&str; 8] =
    ["python3", "python3.14", "python3.13", "python3.12", "python3.11", "python3.10", "python3.9", "python"];

/// Major and minor version in `Python 3.12.3` or `pip 25.1 from ...`.
fn version(text: &str) -> Option<Version> {
    let mut parts = text.split_whitespace().nth(1)?.split('.');
    Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
}

/// The version of the Python `program`.
pub fn python_version(program: &Path) -> Option<Version> {
    version(&output_of(data::clients::python(program).arg("--version"))?)
}

/// A Python that can install libtorch.
///
/// # Errors
/// There is none, or only older ones; the message suggests a fix.
pub fn find() -> Result<PathBuf> {
    between(OLDEST, ANY, &[]).ok_or_else(|| {
        let (major, minor) = OLDEST;
        let needed = "which installs libtorch with pip";
        match NAMES.iter().filter_map(|name| on_path(name)).find_map(|old| python_version(&old).zip(Some(old))) {
            Some(((old, older), program)) => anyhow!(
                "no Python {major}.{minor} or newer found, {needed}: {} is Python {old}.{older}. Install a newer \
                 one, and run the command again",
                program.display()
            ),
            None => anyhow!("no Python 3 found, {needed}: {CURE}, and run the command again"),
        }
    })
}

/// The first Python on PATH with a version in this range, looked for under the names of `preferred` first.
pub fn between(oldest: Version, newest: Version, preferred: &[&str]) -> Option<PathBuf> {
    let fits = |python: &PathBuf| python_version(python).is_some_and(|version| (oldest..=newest).contains(&version));
    preferred.iter().chain(&NAMES).filter_map(|name| on_path(name)).find(fits)
}
