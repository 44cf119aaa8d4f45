//! What was seen while driving (pp. 282-290): a driver that acts at random, episodes in files, and their collection.

mod collect;
mod driven;
mod driver;
mod environment;
mod episode;
mod progress;
mod recording;
mod statistics;

pub use collect::{Plan, collect, play, track_seed};
pub use driven::add_driven;
pub use driver::RandomDriver;
pub use environment::Environment;
pub use episode::{Action, Episode, IMAGE_SIZE, MAX_FRAMES};
pub(super) use progress::Progress;
pub use recording::Recording;
pub use statistics::{Statistics, Summary};

use anyhow::{Context, Result, ensure};
use std::fs;
use std::path::{Path, PathBuf};

/// The files of a folder that hold an episode each: `episode_00000.npz`, `episode_00001.npz`, ...
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rollouts {
    folder: PathBuf,
    files: Vec<PathBuf>,
}

impl Rollouts {
    /// Lists the episodes of a folder by their numbers, without reading them. Other files do not count.
    ///
    /// # Errors
    /// The folder cannot be read, or has no episode.
    pub fn open(folder: &Path) -> Result<Rollouts> {
        let failed = || format!("cannot read the folder {}", folder.display());
        let mut numbered = vec![];
        for entry in fs::read_dir(folder).with_context(failed)? {
            let path = entry.with_context(failed)?.path();
            numbered.extend(number(&path).map(|number| (number, path)));
        }
        ensure!(!numbered.is_empty(), "{} has no episode (episode_00000.npz)", folder.display());
        numbered.sort();
        Ok(Rollouts { folder: folder.to_path_buf(), files: numbered.into_iter().map(|(_, path)| path).collect() })
    }

    /// The file of an episode in a folder.
    pub fn file(folder: &Path, number: usize) -> PathBuf {
        folder.join(format!("episode_{number:05}.npz"))
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The files, in order.
    pub fn files(&self) -> impl Iterator<Item = &Path> {
        self.files.iter().map(PathBuf::as_path)
    }

    /// The number of episodes.
    pub fn len(&self) -> usize {
        self.files.len()
    }

    /// Always false: there is at least one episode.
    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    /// Reads an episode, counted from 0 in the order of their numbers.
    ///
    /// # Errors
    /// There is none, or as [`Episode::read`].
    pub fn read(&self, index: usize) -> Result<Episode> {
        let file = self.files.get(index);
        Episode::read(file.with_context(|| format!("{} has {} episodes", self.folder.display(), self.len()))?)
    }
}

/// The number in the name of an episode's file.
fn number(path: &Path) -> Option<usize> {
    let digits = path.file_name()?.to_str()?.strip_prefix("episode_")?.strip_suffix(".npz")?;
    (digits.len() >= 5 && digits.bytes().all(|byte| byte.is_ascii_digit())).then(|| digits.parse().ok())?
}
