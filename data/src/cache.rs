//! The folders of the cache: one per data set, whole or absent, and a work folder beside them for what is on its way.
//!
//! ```text
//! <cache>/mnist/              the real set and its origin.json
//! <cache>/mnist.generated/    its stand-in
//! <cache>/quickdraw/camel/    a set of a family
//! <cache>/.work/mnist/        downloads on their way, and the folder that will become <cache>/mnist
//! <cache>/.work/mnist.lock    held by the process that is fetching
//! ```

use std::fs::{self, TryLockError};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::origin::Origin;

/// The place of one data set, real or stand-in, in the cache.
pub(crate) struct Slot {
    /// The set's own folder.
    pub dir: PathBuf,
    work: PathBuf,
    lock: PathBuf,
}

impl Slot {
    pub fn new(cache: &Path, set: &str, stand_in: bool) -> Slot {
        let key = if stand_in { format!("{set}.generated") } else { set.to_string() };
        let works = cache.join(".work");
        Slot { dir: cache.join(&key), lock: works.join(format!("{key}.lock")), work: works.join(key) }
    }

    /// Waits until no other process is fetching this set, and keeps others waiting for as long as the result lives.
    pub fn lock(&self) -> Result<fs::File> {
        if let Some(parent) = self.lock.parent() {
            fs::create_dir_all(parent).with_context(|| format!("can't make {}", parent.display()))?;
        }
        let file = fs::File::create(&self.lock).with_context(|| format!("can't write {}", self.lock.display()))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                eprintln!("another process is fetching {}; waiting for it", self.dir.display());
                file.lock().with_context(|| format!("can't lock {}", self.lock.display()))?;
            }
            Err(TryLockError::Error(error)) => {
                return Err(error).with_context(|| format!("can't lock {}", self.lock.display()));
            }
        }
        Ok(file)
    }

    /// Downloads: they outlive a kill, so that the next run goes on from there.
    pub fn downloads(&self) -> Result<PathBuf> {
        let dir = self.work.join("downloads");
        fs::create_dir_all(&dir).with_context(|| format!("can't make {}", dir.display()))?;
        Ok(dir)
    }

    /// An empty folder for the given purpose, without anything that an earlier run left there.
    pub fn empty(&self, purpose: &str) -> Result<PathBuf> {
        let dir = self.work.join(purpose);
        remove(&dir)?;
        fs::create_dir_all(&dir).with_context(|| format!("can't make {}", dir.display()))?;
        Ok(dir)
    }

    /// Moves a folder with the checked files of a set into place, in one step.
    pub fn install(&self, files: &Path, origin: &Origin) -> Result<()> {
        origin.write(files)?;
        let moved = |from: &Path, to: &Path| {
            fs::rename(from, to).with_context(|| format!("can't move {} to {}", from.display(), to.display()))
        };
        if self.dir.exists() {
            moved(&self.dir, &self.empty("replaced")?.join("set"))?;
        }
        if let Some(family) = self.dir.parent() {
            fs::create_dir_all(family).with_context(|| format!("can't make {}", family.display()))?;
        }
        moved(files, &self.dir)?;
        remove(&self.work)
    }

    /// Takes the work folder away if nothing in it is worth keeping.
    pub fn tidy(&self) -> Result<()> {
        for purpose in ["files", "package", "replaced"] {
            remove(&self.work.join(purpose))?;
        }
        let downloads = self.work.join("downloads");
        let addresses = fs::read_dir(&downloads).into_iter().flatten().flatten().map(|entry| entry.path());
        for dir in addresses.chain([downloads.clone(), self.work.clone()]) {
            // Fails, as it should, where a download is waiting to be finished.
            let _ = fs::remove_dir(dir);
        }
        Ok(())
    }
}

fn remove(dir: &Path) -> Result<()> {
    match fs::remove_dir_all(dir) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(error).with_context(|| format!("can't remove {}", dir.display()))
        }
        _ => Ok(()),
    }
}
