//! The folders of the cache: one per data set, complete or absent, and a work folder for downloads in progress.
//!
//! ```text
//! <cache>/mnist/              the real set and its origin.json
//! <cache>/mnist.synthetic/    its synthetic data
//! <cache>/quickdraw/camel/    a set of a family
//! <cache>/.work/mnist/        downloads in progress, and the folder that becomes <cache>/mnist
//! <cache>/.work/mnist.lock    locked by the process that fetches
//! ```

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::disk;
use crate::merge;
use crate::note;
use crate::origin::Origin;

/// The place of one data set, real or synthetic, in the cache.
pub(crate) struct Slot {
    /// The set's own folder.
    pub dir: PathBuf,
    work: PathBuf,
    lock: PathBuf,
}

impl Slot {
    pub fn new(cache: &Path, set: &str, synthetic: bool) -> Slot {
        // Older versions called the folder `.generated`.
        let older = format!("{set}.generated");
        let key = match synthetic {
            true if cache.join(&older).exists() => older,
            true => format!("{set}.synthetic"),
            false => set.to_string(),
        };
        let works = cache.join(".work");
        Slot { dir: cache.join(&key), lock: works.join(format!("{key}.lock")), work: works.join(key) }
    }

    /// Waits until no other process fetches this set; others wait while the result is alive.
    pub fn lock(&self) -> Result<fs::File> {
        if let Some(parent) = self.lock.parent() {
            fs::create_dir_all(parent).with_context(|| format!("cannot create {}", parent.display()))?;
        }
        let file = fs::File::create(&self.lock).with_context(|| format!("cannot write {}", self.lock.display()))?;
        disk::lock(&file, || note!("another process is fetching {}; waiting for it", self.dir.display()));
        Ok(file)
    }

    /// The folder of downloads. They survive a kill, so that the next run resumes them.
    pub fn downloads(&self) -> Result<PathBuf> {
        let dir = self.work.join("downloads");
        fs::create_dir_all(&dir).with_context(|| format!("cannot create {}", dir.display()))?;
        Ok(dir)
    }

    /// An empty folder for this purpose: removes what an earlier run left.
    pub fn empty(&self, purpose: &str) -> Result<PathBuf> {
        let dir = self.work.join(purpose);
        remove(&dir)?;
        fs::create_dir_all(&dir).with_context(|| format!("cannot create {}", dir.display()))?;
        Ok(dir)
    }

    /// Moves a folder with checked files into place: in one step if there is none yet, else file by file, beside files of
    /// the reader. A link to another place stays a link.
    pub fn install(&self, files: &Path, origin: &Origin) -> Result<()> {
        origin.write(files)?;
        if !self.moved_in_one_step(files)? {
            merge::into(files, &self.real_dir(), origin)?;
        }
        remove(&self.work)
    }

    fn moved_in_one_step(&self, files: &Path) -> Result<bool> {
        if fs::symlink_metadata(&self.dir).is_ok() {
            return Ok(false);
        }
        if let Some(family) = self.dir.parent() {
            fs::create_dir_all(family).with_context(|| format!("cannot create {}", family.display()))?;
        }
        match fs::rename(files, &self.dir) {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == ErrorKind::CrossesDevices => Ok(false),
            Err(error) => {
                Err(error).with_context(|| format!("cannot move {} to {}", files.display(), self.dir.display()))
            }
        }
    }

    /// The set's folder, behind a link whose target does not exist yet.
    fn real_dir(&self) -> PathBuf {
        match fs::read_link(&self.dir) {
            Ok(target) if !self.dir.exists() => self.dir.parent().unwrap_or(Path::new("")).join(target),
            _ => self.dir.clone(),
        }
    }

    /// Removes the work folder, except for downloads that can be resumed.
    pub fn tidy(&self) -> Result<()> {
        for purpose in ["files", "package"] {
            remove(&self.work.join(purpose))?;
        }
        let downloads = self.work.join("downloads");
        let addresses = fs::read_dir(&downloads).into_iter().flatten().flatten().map(|entry| entry.path());
        for dir in addresses.chain([downloads.clone(), self.work.clone()]) {
            // Fails, as intended, if a download can be resumed.
            let _ = fs::remove_dir(dir);
        }
        Ok(())
    }
}

fn remove(dir: &Path) -> Result<()> {
    match fs::remove_dir_all(dir) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(error).with_context(|| format!("cannot remove {}", dir.display()))
        }
        _ => Ok(()),
    }
}
