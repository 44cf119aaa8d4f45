//! The cache of data sets: looking a set up, fetching it, checking it.

use std::iter;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::advice;
use crate::cache::Slot;
use crate::check;
use crate::choice::Choice;
use crate::folder;
use crate::manifest::{Manifest, Set, Source, StandIn};
use crate::origin::{DataSet, FileRecord, Origin, OriginKind};
use crate::progress;
use crate::source::{Http, Place, Staging};

/// The data sets on this disk, and the way to more.
#[derive(Debug)]
pub struct Store {
    cache: PathBuf,
    mirror: Option<String>,
    manifest: Manifest,
    http: Http,
}

/// A data set of the manifest and what is there of it.
#[derive(Clone, Debug)]
pub struct Entry {
    /// What the manifest says of it.
    pub set: Set,
    /// The real set, if it is there.
    pub real: Option<DataSet>,
    /// Its stand-in, if it is there.
    pub stand_in: Option<DataSet>,
}

/// The outcome of checking one data set that is there.
#[derive(Clone, Debug)]
pub struct Report {
    /// The set's folder.
    pub dir: PathBuf,
    /// What is wrong with it; empty when all is well.
    pub problems: Vec<String>,
}

impl Store {
    /// The repository's own cache, `data/cache`, and the mirror in the environment variable `GDL_MIRROR`.
    ///
    /// # Errors
    /// When the repository can't be found.
    pub fn open() -> Result<Store> {
        let store = Store::at(crate::root()?.join("data/cache"))?;
        Ok(match std::env::var("GDL_MIRROR") {
            Ok(mirror) if !mirror.trim().is_empty() => store.with_mirror(mirror.trim()),
            _ => store,
        })
    }

    /// A cache in another folder, which is made when it is needed, without a mirror.
    ///
    /// # Errors
    /// When this crate's `datasets.toml` has a mistake.
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

    /// The data set if it is there, without any network. With [`Choice::Any`], the real one goes before its stand-in.
    ///
    /// # Errors
    /// When there is no set of that name, or when it is there but damaged.
    pub fn find(&self, name: &str, choice: Choice) -> Result<Option<DataSet>> {
        let set = self.manifest.set(name)?;
        match choice {
            Choice::Real => self.look_up(&set, false),
            Choice::Generated => self.look_up(&set, true),
            Choice::Any => match self.look_up(&set, false)? {
                Some(real) => Ok(Some(real)),
                None => self.look_up(&set, true),
            },
        }
    }

    /// The data set, from the cache or else from the first source that has it; at once when it is there already.
    /// A source that fails is told on standard error, and so is the one that was used. With [`Choice::Any`], the
    /// real set is looked for even where a stand-in is there already; [`Choice::Generated`] spares the attempt.
    ///
    /// # Errors
    /// When there is no set of that name, or when no source has it: then with all that was tried, and what to do.
    pub fn fetch(&self, name: &str, choice: Choice) -> Result<DataSet> {
        let wanted = if choice == Choice::Any { Choice::Real } else { choice };
        match self.find(name, wanted) {
            Ok(Some(found)) => return Ok(found),
            Ok(None) => {}
            Err(error) => {
                self.manifest.set(name)?;
                eprintln!("{error:#}; getting it anew");
            }
        }
        let set = self.manifest.set(name)?;
        match (choice, &set.stand_in) {
            (Choice::Generated, None) => Err(advice::no_stand_in(&self.manifest, &set)),
            (Choice::Generated, Some(stand_in)) => self.make(&set, stand_in),
            (Choice::Real, _) | (Choice::Any, None) => self.fetch_real(&set),
            (Choice::Any, Some(stand_in)) => match self.fetch_real(&set) {
                Ok(real) => Ok(real),
                Err(_) => self.make(&set, stand_in), // each source's failure has been told
            },
        }
    }

    /// Checks every file of the set, real and stand-in, against the manifest and against the record of its origin.
    /// No report means that nothing is there.
    ///
    /// # Errors
    /// When there is no set of that name.
    pub fn verify(&self, name: &str) -> Result<Vec<Report>> {
        let set = self.manifest.set(name)?;
        let there = |stand_in: &bool| self.slot(&set.name, *stand_in).dir.exists();
        let reports = [false, true].into_iter().filter(there).map(|stand_in| {
            let dir = self.slot(&set.name, stand_in).dir;
            Report { problems: problems(&set, &dir, stand_in), dir }
        });
        Ok(reports.collect())
    }

    /// All data sets of the manifest. Behind a family, which itself is never there, come its sets that are. A damaged
    /// one counts as absent; [`Store::verify`] tells more.
    pub fn list(&self) -> Vec<Entry> {
        self.manifest.sets.iter().flat_map(|set| self.entries(set)).collect()
    }

    /// One data set, or one family with its sets that are there, as in [`Store::list`].
    ///
    /// # Errors
    /// When there is no set and no family of that name.
    pub fn list_one(&self, name: &str) -> Result<Vec<Entry>> {
        match self.manifest.family_of(name).filter(|family| family.stem() == name) {
            Some(family) => Ok(self.entries(family)),
            None => Ok(self.entries(&self.manifest.set(name)?)),
        }
    }

    fn entries(&self, set: &Set) -> Vec<Entry> {
        let begun = |name: &String| [false, true].into_iter().any(|stand_in| self.slot(name, stand_in).dir.exists());
        let members = set.members().filter(begun).filter_map(|name| self.manifest.set(&name).ok());
        let there = |set: &Set, stand_in| self.look_up(set, stand_in).ok().flatten();
        let sets = iter::once(set.clone()).chain(members);
        sets.map(|set| Entry { real: there(&set, false), stand_in: there(&set, true), set }).collect()
    }

    fn slot(&self, name: &str, stand_in: bool) -> Slot {
        Slot::new(&self.cache, name, stand_in)
    }

    /// The set in its folder. Looks at names and lengths only, so that it costs nothing at every start.
    fn look_up(&self, set: &Set, stand_in: bool) -> Result<Option<DataSet>> {
        let dir = self.slot(&set.name, stand_in).dir;
        if !dir.exists() || (!stand_in && put_by_hand(set, &dir)) {
            return Ok(None);
        }
        let damaged = || format!("the data set in {} is damaged", dir.display());
        let origin = Origin::read(&dir).with_context(damaged)?;
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
            if recorded.and_then(|record| record.count) != Some(found) {
                return Err(anyhow::anyhow!("`{}` has {found} files, not as many as it had", folder.name))
                    .with_context(damaged);
            }
        }
        Ok(Some(DataSet { name: set.name.clone(), dir, origin }))
    }

    fn fetch_real(&self, set: &Set) -> Result<DataSet> {
        let slot = self.slot(&set.name, false);
        let _lock = slot.lock()?;
        if let Ok(Some(found)) = self.look_up(set, false) {
            return Ok(found); // another process was faster
        }
        // What a reader has put there must be right or be put right: no other source may take its place.
        if put_by_hand(set, &slot.dir) {
            let place = Place::Hand(&slot.dir);
            return match check::check_all(set, false, &slot.dir) {
                Ok(records) => {
                    let origin = Origin::new(place.kind(), place.describe(), records);
                    origin.write(&slot.dir)?;
                    eprintln!("{}: checked the {}", set.name, origin.description);
                    Ok(DataSet { name: set.name.clone(), dir: slot.dir, origin })
                }
                Err(error) => {
                    eprintln!("{}: {}: {error:#}", set.name, place.describe());
                    Err(advice::no_source(&self.manifest, set, &[(place, error)]))
                }
            };
        }
        let mirror = self.mirror.as_deref().map(Place::Mirror);
        let mut failures = Vec::new();
        let sources = set.sources.iter().map(|source| match (source, self.mirror.as_deref()) {
            (Source::Mirrored(archive), Some(place)) => Place::Converted(place, archive),
            _ => Place::Listed(source),
        });
        for place in mirror.into_iter().chain(sources) {
            match self.try_place(&place, set, &slot) {
                Ok(origin) => {
                    eprintln!("{}: fetched and checked, from {}", set.name, origin.description);
                    return Ok(DataSet { name: set.name.clone(), dir: slot.dir, origin });
                }
                Err(error) => {
                    eprintln!("{}: {}: {error:#}", set.name, place.describe());
                    failures.push((place, error));
                }
            }
        }
        slot.tidy()?;
        Err(advice::no_source(&self.manifest, set, &failures))
    }

    fn try_place(&self, place: &Place, set: &Set, slot: &Slot) -> Result<Origin> {
        let mut staging = Staging::new(set, slot)?;
        let files = staging.dir().to_path_buf();
        place.fetch(set, slot, &self.http, &mut staging)?;
        // A download that lacks something must not be there when the next run looks for it.
        let records = staging.finish().or_else(|error| slot.empty("downloads").and(Err(error)))?;
        let origin = Origin { remark: place.remark(), ..Origin::new(place.kind(), place.describe(), records) };
        slot.install(&files, &origin)?;
        Ok(origin)
    }

    fn make(&self, set: &Set, stand_in: &StandIn) -> Result<DataSet> {
        let slot = self.slot(&set.name, true);
        let _lock = slot.lock()?;
        if let Ok(Some(found)) = self.look_up(set, true) {
            return Ok(found);
        }
        let dir = slot.empty("files")?;
        progress::waiting(&format!("making {}", stand_in.title), || synthetic::write(&stand_in.generator, &dir))?;
        let records = check::check_all(set, true, &dir)?;
        let origin = Origin::new(OriginKind::Generated, stand_in.title.clone(), records);
        slot.install(&dir, &origin)?;
        eprintln!("{}: made {}", set.name, origin.description);
        Ok(DataSet { name: set.name.clone(), dir: slot.dir, origin })
    }
}

fn problems(set: &Set, dir: &Path, stand_in: bool) -> Vec<String> {
    if put_by_hand(set, dir) {
        return vec![format!("its files were not checked yet: cargo book data fetch {} --data real", set.name)];
    }
    let origin = match Origin::read(dir) {
        Ok(origin) => origin,
        Err(error) => return vec![format!("{error:#}")],
    };
    let unchanged = |found: Result<FileRecord>| {
        let found = found?;
        if !origin.files.contains(&found) {
            bail!("`{}` has changed since it was fetched", found.name);
        }
        Ok(())
    };
    let files = set.files.iter().map(|file| check::check_file(file, stand_in, dir));
    let folders = set.folders.iter().map(|folder| folder::check(folder, stand_in, dir));
    files.chain(folders).filter_map(|found| unchanged(found).err()).map(|error| format!("{error:#}")).collect()
}

/// Whether a reader has put files into the set's folder that were not checked yet.
fn put_by_hand(set: &Set, dir: &Path) -> bool {
    set.by_hand.is_some() && dir.exists() && !Origin::is_in(dir)
}
