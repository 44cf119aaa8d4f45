//! The cache of data sets: finds, fetches and checks them.

use std::fmt;
use std::iter;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::advice;
use crate::cache::Slot;
use crate::check;
use crate::choice::Choice;
use crate::disk;
use crate::folder;
use crate::hand;
use crate::manifest::{Manifest, Set, Source, Synthetic};
use crate::note;
use crate::origin::{DataSet, Origin, OriginKind};
use crate::progress;
use crate::source::{self, Http, Place, mirror};
use crate::staging::Staging;
use crate::verify;

/// The cache of data sets, and access to their sources.
#[derive(Debug)]
pub struct Store {
    cache: PathBuf,
    mirror: Option<String>,
    manifest: Manifest,
    http: Http,
}

/// A data set of the manifest, and what the cache has of it.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Its entry in the manifest.
    pub set: Set,
    /// The real set, if it is in the cache.
    pub real: Option<DataSet>,
    /// Its synthetic data, if it is in the cache.
    pub synthetic: Option<DataSet>,
    /// Its folder, if the reader has put files into it that have not been checked.
    pub unchecked: Option<PathBuf>,
}

/// The result of the check of a data set in the cache.
#[derive(Clone, Debug)]
pub struct Report {
    /// The set's folder.
    pub dir: PathBuf,
    /// Its problems; empty if there are none.
    pub problems: Vec<String>,
}

/// What the reader has put into a set's folder.
enum ByHand {
    /// The whole set.
    Taken(DataSet),
    /// A part of it; the error says what is missing.
    Part(anyhow::Error),
    Nothing,
}

impl Store {
    /// The repository's cache, `data/cache`, or the folder in the environment variable `GDL_CACHE`; with the mirror in
    /// `GDL_MIRROR`.
    ///
    /// # Errors
    /// The repository is not found, or the mirror's name is not UTF-8.
    pub fn open() -> Result<Store> {
        let store = match std::env::var_os("GDL_CACHE").filter(|folder| !folder.is_empty()) {
            Some(folder) => Store::at(folder)?,
            None => Store::at(crate::root()?.join("data/cache"))?,
        };
        let Some(mirror) = std::env::var_os("GDL_MIRROR") else { return Ok(store) };
        let mirror = mirror.to_str().context("GDL_MIRROR is not valid UTF-8: rename the folder, or link to it")?.trim();
        Ok(if mirror.is_empty() { store } else { store.with_mirror(mirror) })
    }

    /// The data sets that it knows.
    pub(crate) fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// The folder of the cache.
    pub fn folder(&self) -> &Path {
        &self.cache
    }

    /// The mirror, without the password of an address.
    pub fn mirror(&self) -> Option<String> {
        self.mirror.as_deref().map(source::shown)
    }

    /// A cache in another folder, which is created on demand, without a mirror.
    ///
    /// # Errors
    /// This crate's `datasets.toml` is invalid.
    pub fn at(cache: impl Into<PathBuf>) -> Result<Store> {
        Ok(Store { cache: cache.into(), mirror: None, manifest: Manifest::embedded()?, http: Http::new() })
    }

    /// The same store with a mirror: a folder, or an http(s) address.
    pub fn with_mirror(self, mirror: impl Into<String>) -> Store {
        Store { mirror: Some(mirror.into()), ..self }
    }

    /// The same store with other data sets.
    pub fn with_manifest(self, manifest: Manifest) -> Store {
        Store { manifest, ..self }
    }

    /// The data set if it is in the cache; never uses the network. [`Choice::Any`] prefers the real set.
    ///
    /// # Errors
    /// There is no set of this name, or it is damaged.
    pub fn find(&self, name: &str, choice: Choice) -> Result<Option<DataSet>> {
        let set = self.manifest.set(name)?;
        match choice {
            Choice::Real => self.look_up(&set, false),
            Choice::Synthetic => self.look_up(&set, true),
            Choice::Any => match self.look_up(&set, false)? {
                Some(real) => Ok(Some(real)),
                None => self.look_up(&set, true),
            },
        }
    }

    /// The data set from the cache, else from the first source that has it. Standard error shows each source that fails
    /// and the one that is used. [`Choice::Any`] looks for the real set even if its synthetic data is in the cache;
    /// [`Choice::Synthetic`] does not.
    ///
    /// # Errors
    /// There is no set of this name, or no source has it; then the message lists all failures and what to do.
    pub fn fetch(&self, name: &str, choice: Choice) -> Result<DataSet> {
        let wanted = if choice == Choice::Any { Choice::Real } else { choice };
        match self.find(name, wanted) {
            Ok(Some(found)) => return Ok(found),
            Ok(None) => {}
            Err(error) => {
                self.manifest.set(name)?;
                if error.is::<Extra>() {
                    return Err(error); // to fetch the set again would leave the file there
                }
                note!("{error:#}; looking for it again");
            }
        }
        let set = self.manifest.set(name)?;
        match (choice, &set.synthetic) {
            (Choice::Synthetic, None) => Err(advice::no_synthetic(&self.manifest, &set)),
            (Choice::Synthetic, Some(synthetic)) => self.make(&set, synthetic),
            (Choice::Real, _) | (Choice::Any, None) => self.fetch_real(&set),
            (Choice::Any, Some(synthetic)) => match self.fetch_real(&set) {
                Ok(real) => Ok(real),
                Err(_) => self.make(&set, synthetic), // each failure has been shown
            },
        }
    }

    /// Checks every file of the set, real and synthetic, against the manifest and against the record of its origin.
    /// Without a report, the cache has nothing of it.
    ///
    /// # Errors
    /// There is no set of this name.
    pub fn verify(&self, name: &str) -> Result<Vec<Report>> {
        let set = self.manifest.set(name)?;
        let there = |synthetic: &bool| {
            let dir = self.slot(&set.name, *synthetic).dir;
            Origin::is_in(&dir) || hand::has_any(&set, &dir)
        };
        let reports = [false, true].into_iter().filter(there).map(|synthetic| {
            let dir = self.slot(&set.name, synthetic).dir;
            Report { problems: verify::problems(&set, &dir, synthetic), dir }
        });
        Ok(reports.collect())
    }

    /// All data sets of the manifest. A family is followed by its sets in the cache. A damaged set counts as absent; see
    /// [`Store::verify`].
    pub fn list(&self) -> Vec<Entry> {
        self.manifest.sets.iter().flat_map(|set| self.entries(set)).collect()
    }

    /// One data set, or one family with its sets in the cache, as in [`Store::list`].
    ///
    /// # Errors
    /// There is no set and no family of this name.
    pub fn list_one(&self, name: &str) -> Result<Vec<Entry>> {
        match self.manifest.family_of(name).filter(|family| family.stem() == name) {
            Some(family) => Ok(self.entries(family)),
            None => Ok(self.entries(&self.manifest.set(name)?)),
        }
    }

    fn entries(&self, set: &Set) -> Vec<Entry> {
        let begun = |name: &String| [false, true].into_iter().any(|synthetic| self.slot(name, synthetic).dir.exists());
        let members = set.members().filter(begun).filter_map(|name| self.manifest.set(&name).ok());
        let there = |set: &Set, synthetic| self.look_up(set, synthetic).ok().flatten();
        let sets = iter::once(set.clone()).chain(members);
        let entry = |set: Set| {
            let dir = self.slot(&set.name, false).dir;
            let unchecked = (!Origin::is_in(&dir) && hand::has_any(&set, &dir)).then_some(dir);
            Entry { real: there(&set, false), synthetic: there(&set, true), unchecked, set }
        };
        sets.map(entry).collect()
    }

    fn slot(&self, name: &str, synthetic: bool) -> Slot {
        Slot::new(&self.cache, name, synthetic)
    }

    /// The set in its folder. Compares only names and lengths, because it runs at every start.
    fn look_up(&self, set: &Set, synthetic: bool) -> Result<Option<DataSet>> {
        let dir = self.slot(&set.name, synthetic).dir;
        if !Origin::is_in(&dir) {
            return Ok(None); // nothing, or files of the reader that are not checked yet
        }
        let damaged = || format!("the data set in {} is damaged", dir.display());
        let mut origin = Origin::read(&dir).with_context(damaged)?;
        if let (true, Some(source)) = (synthetic, &set.synthetic) {
            origin.description.clone_from(&source.title); // older versions had other words for the same data
        }
        for file in &set.files {
            let name = file.name_in(&dir);
            let length = std::fs::metadata(dir.join(name)).ok().map(|about| about.len());
            let recorded = origin.files.iter().find(|record| record.name == name);
            if length.is_none() || recorded.map(|record| record.bytes) != length {
                return Err(anyhow::anyhow!("`{}` is missing or has the wrong length", file.name))
                    .with_context(damaged);
            }
        }
        for folder in &set.folders {
            let found = folder::count(folder, &dir).with_context(damaged)?;
            let recorded = origin.files.iter().find(|record| record.name == format!("{}/", folder.name));
            let recorded = recorded.and_then(|record| record.count);
            if let Some(more) = recorded.and_then(|count| found.checked_sub(count)).filter(|more| *more > 0)
                && origin.kind != OriginKind::Hand
            {
                return Err(Extra { folder: dir.join(&folder.name), more }.into());
            }
            if recorded != Some(found) {
                return Err(anyhow::anyhow!("`{}` has {found} files, not as many as when it was fetched", folder.name))
                    .with_context(damaged);
            }
        }
        Ok(Some(DataSet { name: set.name.clone(), dir, origin }))
    }

    fn fetch_real(&self, set: &Set) -> Result<DataSet> {
        let slot = self.slot(&set.name, false);
        // Whole data in a folder that cannot be written is used without a lock.
        let lock = slot.lock();
        if let Ok(Some(found)) = self.look_up(set, false) {
            return Ok(found); // another process fetched it first
        }
        let mut failures = Vec::new();
        match self.take_by_hand(set, &slot) {
            Ok(ByHand::Taken(found)) => return Ok(found),
            Ok(ByHand::Nothing) => {}
            Ok(ByHand::Part(_)) if mirror::has_all(set, &slot.dir) => {} // packed files, which are unpacked below
            Ok(ByHand::Part(missing)) => failures.push(self.failed(set, Place::Hand(&slot.dir), missing)),
            // No other source may replace the reader's files.
            Err(error) => {
                let (_, error) = self.failed(set, Place::Hand(&slot.dir), error);
                return Err(advice::wrong_by_hand(self, set, &slot.dir, &error));
            }
        }
        let _lock = lock.map_err(|error| self.cannot_write(set, error))?;
        let family = self.cache.join(set.stem());
        for place in self.places(set, &slot, &family) {
            match self.try_place(&place, set, &slot) {
                Ok(origin) => {
                    note!("{}: fetched from {} and checked", set.name, origin.description);
                    return Ok(DataSet { name: set.name.clone(), dir: slot.dir, origin });
                }
                Err(error) => failures.push(self.failed(set, place, error)),
            }
        }
        slot.tidy()?;
        Err(advice::no_source(self, set, &failures))
    }

    /// All places that may have the set, best first.
    fn places<'a>(&'a self, set: &'a Set, slot: &'a Slot, family: &'a Path) -> Vec<Place<'a>> {
        let mirror = self.mirror.as_deref();
        // Packed files in the set's own folder; a file of a family beside the folders of its sets.
        let beside = Some(family).filter(|family| *family != slot.dir);
        let own = Some(slot.dir.as_path()).filter(|dir| hand::is_own(dir));
        let hand = own.into_iter().chain(beside).filter(|dir| mirror::has_all(set, dir));
        let sources = set.sources.iter().map(|source| match (source, mirror) {
            (Source::Mirrored(archive), Some(place)) => Place::Converted(place, archive),
            _ => Place::Listed(source),
        });
        hand.map(Place::Hand).chain(mirror.map(Place::Mirror)).chain(sources).collect()
    }

    /// Shows a failure, and keeps it for the advice.
    fn failed<'a>(&self, set: &Set, place: Place<'a>, error: anyhow::Error) -> (Place<'a>, anyhow::Error) {
        note!("{}: {}: {error:#}", set.name, place.describe());
        (place, error)
    }

    fn cannot_write(&self, set: &Set, error: anyhow::Error) -> anyhow::Error {
        let advice = if disk::is_read_only(&error) {
            format!("cannot write to the cache {}: set GDL_CACHE to a folder that can be written", self.cache.display())
        } else {
            format!("cannot prepare the cache {}", self.cache.display())
        };
        note!("{}: {advice} ({error:#})", set.name);
        error.context(advice)
    }

    /// The set out of files that the reader has put into its folder.
    ///
    /// # Errors
    /// A file is wrong. It stays as it is.
    fn take_by_hand(&self, set: &Set, slot: &Slot) -> Result<ByHand> {
        let ours = !hand::is_own(&slot.dir);
        let records = match hand::look(set, &slot.dir) {
            Ok(hand::Found::Whole(records)) if !ours || set.remark(&records).is_none() => records,
            // What is left of a set that was fetched is fetched again, also if other files would pass.
            _ if ours => return Ok(ByHand::Nothing),
            Ok(hand::Found::Nothing | hand::Found::Whole(_)) => return Ok(ByHand::Nothing),
            Ok(hand::Found::Part(missing)) => return Ok(ByHand::Part(missing)),
            Err(error) => return Err(error),
        };
        let place = Place::Hand(&slot.dir);
        let remark = set.remark(&records);
        let origin = Origin { remark, ..Origin::new(place.kind(), place.describe(), records) };
        match origin.write(&slot.dir) {
            Err(error) if disk::is_read_only(&error) => {} // it is checked each time
            written => written?,
        }
        note!("{}: checked the {}", set.name, origin.description);
        Ok(ByHand::Taken(DataSet { name: set.name.clone(), dir: slot.dir.clone(), origin }))
    }

    fn try_place(&self, place: &Place, set: &Set, slot: &Slot) -> Result<Origin> {
        let mut staging = Staging::new(set, slot)?;
        let files = staging.dir().to_path_buf();
        place.fetch(set, slot, &self.http, &mut staging)?;
        // The next run must not find an incomplete download.
        let records = staging.finish().or_else(|error| slot.empty("downloads").and(Err(error)))?;
        let remark = place.remark().or_else(|| set.remark(&records));
        let origin = Origin { remark, ..Origin::new(place.kind(), place.describe(), records) };
        slot.install(&files, &origin)?;
        Ok(origin)
    }

    fn make(&self, set: &Set, synthetic: &Synthetic) -> Result<DataSet> {
        let slot = self.slot(&set.name, true);
        let lock = slot.lock();
        if let Ok(Some(found)) = self.look_up(set, true) {
            return Ok(found);
        }
        let _lock = lock.map_err(|error| self.cannot_write(set, error))?;
        let origin = draw(set, synthetic, &slot).or_else(|error| slot.tidy().and(Err(error)))?;
        note!("{}: drew {}", set.name, origin.description);
        Ok(DataSet { name: set.name.clone(), dir: slot.dir, origin })
    }
}

/// Draws the synthetic data of a set into its slot.
fn draw(set: &Set, synthetic: &Synthetic, slot: &Slot) -> Result<Origin> {
    let dir = slot.empty("files")?;
    progress::waiting(&format!("drawing {}", synthetic.title), || synthetic::write(&synthetic.generator, &dir))
        .with_context(|| format!("cannot draw the synthetic data for `{}`", set.name))?;
    let records = check::check_all(set, true, &dir)?;
    let origin = Origin::new(OriginKind::Synthetic, synthetic.title.clone(), records);
    slot.install(&dir, &origin)?;
    Ok(origin)
}

/// A folder that we filled holds files that we did not write.
#[derive(Debug)]
struct Extra {
    folder: PathBuf,
    more: u64,
}

impl std::error::Error for Extra {}

impl fmt::Display for Extra {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (folder, more) = (self.folder.display(), self.more);
        let files = if more == 1 { "file" } else { "files" };
        write!(f, "{folder} has {more} {files} more than were fetched: move what is yours to another folder")
    }
}
