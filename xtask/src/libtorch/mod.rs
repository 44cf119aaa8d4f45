//! The folder of libtorch: where it is, and whether it is complete and of the version that `tch` requires.

pub mod install;
pub mod load;
mod owned;
pub mod place;
pub mod unpack;
pub mod version;
pub mod wheel;

use std::collections::BTreeMap;
use std::env;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow, bail, ensure};
use catalog::versions::LIBTORCH;
use serde::{Deserialize, Serialize};

/// Our folder in the root of the repository.
pub const FOLDER: &str = ".libtorch";

/// The marker file of a folder that we installed.
const MARKER: &str = "gdl.json";

/// The marker while it is copied to another disk.
const NEW_MARKER: &str = "gdl.json.new";

/// The file from which `tch` reads the version.
const BUILD_VERSION: &str = "build-version";

/// The devices that a build of libtorch supports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Variant {
    Cpu,
    Cuda,
}

impl std::fmt::Display for Variant {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Variant::Cpu => "CPU",
            Variant::Cuda => "CUDA",
        })
    }
}

/// The folder of libtorch in use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// `.libtorch` in the repository, installed by `cargo book setup`.
    Own(PathBuf),
    /// The user's, from `LIBTORCH`.
    External(PathBuf),
}

impl Place {
    /// From the environment.
    pub fn find(root: &Path) -> Place {
        Place::from_value(root, env::var_os("LIBTORCH").map(PathBuf::from))
    }

    /// From the value of `LIBTORCH`. Cargo itself sets it to our folder for `cargo book`: that does not count.
    pub fn from_value(root: &Path, value: Option<PathBuf>) -> Place {
        let own = root.join(FOLDER);
        let Some(value) = value.filter(|value| !value.as_os_str().is_empty()) else {
            return Place::Own(own);
        };
        let value = std::path::absolute(&value).unwrap_or(value);
        let same_parent = || value.parent()?.canonicalize().ok().zip(root.canonicalize().ok()).map(|(a, b)| a == b);
        if value == own || (value.ends_with(FOLDER) && same_parent() == Some(true)) {
            Place::Own(own)
        } else {
            Place::External(value)
        }
    }

    pub fn dir(&self) -> &Path {
        let (Place::Own(dir) | Place::External(dir)) = self;
        dir
    }

    /// The folder of the libraries.
    pub fn lib(&self) -> PathBuf {
        self.dir().join("lib")
    }
}

/// What the marker of a folder records.
#[derive(Debug, Serialize, Deserialize)]
struct Marker {
    torch: String,
    variant: Variant,
    /// Libraries with their sizes in bytes.
    files: BTreeMap<String, u64>,
    /// All other files, by their paths in the folder; earlier versions did not list them.
    #[serde(default)]
    others: Option<BTreeMap<String, u64>>,
}

fn read_marker(dir: &Path) -> Result<Marker> {
    let path = dir.join(MARKER);
    let text = std::fs::read(&path).with_context(|| format!("reading {}", path.display()))?;
    serde_json::from_slice(&text).with_context(|| format!("reading {}", path.display()))
}

/// The state of our folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    Missing,
    Ready(Variant),
    /// Present but unusable, with the reason.
    Broken(String),
}

/// The state of our folder. A folder without a marker is usable if version and libraries are right.
pub fn state(dir: &Path) -> State {
    if !dir.exists() {
        return State::Missing;
    }
    match checked(dir) {
        Ok(variant) => State::Ready(variant),
        Err(error) => State::Broken(format!("{error:#}")),
    }
}

fn checked(dir: &Path) -> Result<Variant> {
    if !dir.join(MARKER).exists() {
        return check_version(dir);
    }
    let marker = read_marker(dir)?;
    ensure!(marker.torch == LIBTORCH, "{} holds libtorch {}, not {LIBTORCH}", dir.display(), marker.torch);
    for (name, size) in &marker.files {
        let file = dir.join("lib").join(name);
        let found = file.metadata().map(|data| data.len()).ok();
        ensure!(found == Some(*size), "{} is missing or damaged", file.display());
    }
    Ok(marker.variant)
}

/// Checks the folder that `LIBTORCH` names.
///
/// # Errors
/// It is unusable; the message has the version found, the version required, and a fix.
pub fn check_external(dir: &Path) -> Result<Variant> {
    check_version(dir).map_err(|error| {
        anyhow!(
            "LIBTORCH is set to {}, but {error:#}. Unset LIBTORCH, then `cargo book setup` installs the right version; \
             or set it to the folder of libtorch {LIBTORCH}",
            dir.display()
        )
    })
}

fn check_version(dir: &Path) -> Result<Variant> {
    ensure!(dir.is_dir(), "there is no folder {}", dir.display());
    let has = |name: &str| {
        let extensions = ["so", "dylib"];
        extensions.iter().any(|extension| dir.join("lib").join(format!("lib{name}.{extension}")).is_file())
    };
    ensure!(has("torch_cpu"), "there is no library torch_cpu in {}", dir.join("lib").display());
    // tch's build reads the same variable.
    if env::var_os("LIBTORCH_BYPASS_VERSION_CHECK").is_none() {
        match version::found(dir) {
            Some(found) if found == LIBTORCH => {}
            Some(found) => bail!("it holds libtorch {found}, not {LIBTORCH}"),
            None => {
                bail!("its version is unknown: it has neither build-version nor version.h")
            }
        }
    }
    Ok(if has("torch_cuda") { Variant::Cuda } else { Variant::Cpu })
}

/// Writes the marker of the folder `dir`, which [`state`] reads, and the file from which `tch` reads the version.
///
/// # Errors
/// The folder cannot be read or written.
pub fn mark(dir: &Path, variant: Variant) -> Result<()> {
    let write = |name: &str, text: String| {
        let path = dir.join(name);
        std::fs::write(&path, text).with_context(|| format!("writing {}", path.display()))
    };
    write(BUILD_VERSION, format!("{LIBTORCH}\n"))?;
    let (mut files, mut others) = (BTreeMap::new(), BTreeMap::new());
    for (name, size) in owned::files(dir)? {
        match name.strip_prefix("lib/") {
            Some(library) => files.insert(library.to_string(), size),
            None => others.insert(name, size),
        };
    }
    others.remove(MARKER);
    let marker = Marker { torch: LIBTORCH.into(), variant, files, others: Some(others) };
    write(MARKER, serde_json::to_string_pretty(&marker)? + "\n")
}
