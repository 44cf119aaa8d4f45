//! Installing libtorch: download, unpack, load, move into place.
//!
//! All work happens in `.libtorch.part`. After a failure complete wheels stay there for the next attempt. The folder
//! `.libtorch` appears by renaming: complete, or not at all. Wheels that a reader puts into `.libtorch.part/wheels` are
//! used, and stay.

use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow, ensure};
use catalog::versions::LIBTORCH;
use data::note;

use super::place::{put, target};
use super::{FOLDER, State, Variant, load, mark, owned, state, unpack, wheel};
use crate::machine::Machine;
use crate::process::free_space;
use crate::python::{Pip, Unavailable, alone};

/// The folder of our downloads in the working folder.
const DOWNLOADS: &str = "downloads";

/// The folder of a reader's own wheels in the working folder.
const WHEELS: &str = "wheels";

/// Installs or replaces `root/.libtorch`. Returns false if another process has meanwhile installed a variant that
/// `serves`, too.
///
/// # Errors
/// `.libtorch` holds files of a reader, pip is missing or cannot download, a wheel is damaged, the libraries cannot be
/// loaded, or the disk is full.
pub fn install(root: &Path, variant: Variant, serves: impl Fn(Variant) -> bool) -> Result<bool> {
    let dest = target(&root.join(FOLDER));
    let part = root.join(".libtorch.part");
    let failed = || {
        let part = part.display();
        format!("preparing {part} (in a repository that is read-only, set LIBTORCH to a folder of libtorch {LIBTORCH})")
    };
    // Its file does not lie in the working folder: whoever has finished removes that, while others still wait.
    let _lock = alone(&root.join(".python/libtorch")).with_context(failed)?;
    if matches!(state(&dest), State::Ready(there) if serves(there)) {
        return Ok(false);
    }
    owned::check(&dest)?; // before anything is downloaded
    prepare(&part).with_context(failed)?;
    check_space(root, &part, &dest, variant)?;
    let wheels = fetch_all(root, &part, variant)?;
    let tree = assemble(&wheels, variant, &part)?;
    if let Err(error) = load::check(&tree, variant) {
        remove(&tree)?;
        let names: Vec<_> = wheels.iter().filter_map(|wheel| wheel.file_name()?.to_str()).collect();
        return Err(error.context(format!("libtorch from {} is of no use here", names.join(", "))));
    }
    put(&tree, &dest, &part)?;
    clean(&part).with_context(|| format!("removing {}", part.display()))?;
    Ok(true)
}

/// Creates the working folder, ignored by git.
fn prepare(part: &Path) -> Result<()> {
    fs::create_dir_all(part.join(DOWNLOADS))?;
    fs::create_dir_all(part.join(WHEELS))?;
    let ignore = part.join(".gitignore");
    if !ignore.exists() {
        fs::write(ignore, "*\n")?;
    }
    Ok(())
}

/// Removes what we made in the working folder, and the folder itself unless something of a reader's is in it.
fn clean(part: &Path) -> Result<()> {
    // Earlier versions had their lock here.
    for name in ["tree", "old", "incoming", DOWNLOADS, "lock"] {
        remove(&part.join(name))?;
    }
    let rest = |dir: &Path| fs::read_dir(dir).is_ok_and(|mut entries| entries.next().is_some());
    let wheels = part.join(WHEELS);
    if rest(&wheels) {
        note!("Your wheels in {} are not needed any more; they were kept.", wheels.display());
        return Ok(());
    }
    remove(&wheels)?;
    let ignore = part.join(".gitignore");
    if fs::read(&ignore).is_ok_and(|text| text == b"*\n") {
        remove(&ignore)?;
    }
    if rest(part) { Ok(()) } else { remove(part) }
}

/// Unpacks `wheels` in `part`, and returns the folder.
///
/// # Errors
/// A wheel is damaged (one of ours is removed, so that the next attempt downloads it again), or it cannot be read or
/// unpacked (then it stays).
pub fn assemble(wheels: &[PathBuf], variant: Variant, part: &Path) -> Result<PathBuf> {
    let tree = part.join("tree");
    remove(&tree)?;
    for wheel in wheels {
        if let Err(error) = unpack::unpack(wheel, variant, &tree) {
            remove(&tree)?;
            return Err(unusable(wheel, part, error));
        }
    }
    mark(&tree, variant)?;
    let missing = match state(&tree) {
        State::Ready(_) if tree.join("include/torch").is_dir() => None,
        State::Ready(_) => Some("the headers are missing".to_string()),
        State::Missing => Some("nothing was unpacked".to_string()),
        State::Broken(reason) => Some(reason),
    };
    if let Some(reason) = missing {
        remove(&tree)?;
        anyhow::bail!("the wheels do not hold what libtorch needs: {reason}");
    }
    Ok(tree)
}

/// The error of a wheel that could not be read or unpacked. If it is damaged, and we downloaded it, it is removed.
fn unusable(wheel: &Path, part: &Path, error: anyhow::Error) -> anyhow::Error {
    let causes = error.chain().filter_map(|cause| cause.downcast_ref::<io::Error>());
    match causes.filter(|cause| is_systems(cause)).map(io::Error::kind).next() {
        Some(ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::FileTooLarge) => {
            let cure = "the disk, or what you may use of it, is full: free some space and run the command again";
            return error.context(cure);
        }
        Some(_) => return error,
        None => {}
    }
    if wheel.starts_with(part.join(DOWNLOADS)) {
        match remove(wheel) {
            Ok(()) => error.context("the damaged download is removed: run the command again"),
            Err(failed) => failed,
        }
    } else {
        error.context(format!("your wheel {} is damaged: replace it, and run the command again", wheel.display()))
    }
}

/// Whether the system refused to read or write. What is wrong in an archive has no code of the system, but for one: a
/// damaged archive may name a place before its begin, which the system calls an invalid one.
fn is_systems(error: &io::Error) -> bool {
    error.raw_os_error().is_some() && error.kind() != ErrorKind::InvalidInput
}

/// Removes a file or folder of ours, if it is there.
pub(super) fn remove(path: &Path) -> Result<()> {
    let removed = match path.symlink_metadata() {
        Err(_) => return Ok(()),
        Ok(data) if data.is_dir() => fs::remove_dir_all(path),
        Ok(_) => fs::remove_file(path),
    };
    removed.with_context(|| format!("removing {}", path.display()))
}

/// All wheels that the variant needs; missing ones are downloaded.
fn fetch_all(root: &Path, part: &Path, variant: Variant) -> Result<Vec<PathBuf>> {
    let mut fetcher = Fetcher { root, part, platforms: Machine::find().platforms(), pip: None };
    let torch = fetcher.fetch(&wheel::torch(), wheel::builds(variant))?;
    let mut wheels = vec![torch.clone()];
    if cfg!(target_os = "linux") {
        for requirement in wheel::wanted(fetcher.requirements(&torch)?, variant) {
            let file = fetcher.fetch(&requirement.spec, &[])?;
            if requirement.name != "cuda-toolkit" {
                wheels.push(file);
                continue;
            }
            for package in wheel::expanded(&requirement, fetcher.requirements(&file)?, variant) {
                wheels.push(fetcher.fetch(&package.spec, &[])?);
            }
        }
    }
    Ok(wheels)
}

/// Downloads wheels.
struct Fetcher<'a> {
    root: &'a Path,
    part: &'a Path,
    /// The platforms whose wheels run here.
    platforms: Vec<String>,
    /// Created when the first wheel is missing.
    pip: Option<Pip>,
}

impl Fetcher<'_> {
    /// The wheel of `spec`: a reader's, one of an earlier attempt, or a new download. `builds` are suffixes of versions
    /// that serve, too, if the index has them only.
    fn fetch(&mut self, spec: &str, builds: &[&str]) -> Result<PathBuf> {
        let there = [WHEELS, DOWNLOADS].iter().find_map(|folder| wheel::in_folder(&self.part.join(folder), spec));
        if let Some(file) = there {
            return Ok(file);
        }
        let exact = wheel::exact(spec);
        let error = match self.download(&exact) {
            Err(error) => error,
            done => return done,
        };
        let known = error.downcast_ref::<Unavailable>().map_or("", |unavailable| &unavailable.text);
        let version = spec.split("==").nth(1).unwrap_or_default();
        // pip lists the versions that the index has: `(from versions: 2.10.0+cpu, 2.11.0+cpu)`.
        let has = |build: &&&str| known.contains(&format!("{version}{build}"));
        match builds.iter().find(has) {
            Some(build) => {
                note!("The index has this version as {version}{build}: taking it.");
                self.download(&format!("{exact}{build}"))
            }
            None => Err(error),
        }
    }

    fn download(&mut self, spec: &str) -> Result<PathBuf> {
        let pip = match self.pip.take() {
            Some(pip) => pip,
            None => Pip::ready(self.root)?,
        };
        let pip = self.pip.insert(pip);
        // Pip writes here: a kill leaves no partial file elsewhere, and none among the complete wheels.
        let incoming = self.part.join("incoming");
        remove(&incoming)?;
        fs::create_dir_all(incoming.join("tmp")).with_context(|| format!("making {}", incoming.display()))?;
        pip.download(spec, &self.platforms, &incoming)?;
        let file = wheel::in_folder(&incoming, &spec.replace("===", "=="));
        let file = file.with_context(|| format!("pip downloaded no wheel for {spec}"))?;
        if let Some((_, asked)) = spec.split_once("===") {
            let came = wheel::version(&file).unwrap_or_default();
            ensure!(came == asked, anyhow!("pip was asked for {spec}, but downloaded {}", file.display()));
        }
        let target = self.part.join(DOWNLOADS).join(file.file_name().unwrap_or_default());
        fs::rename(&file, &target).with_context(|| format!("moving {} to {}", file.display(), target.display()))?;
        remove(&incoming)?;
        Ok(target)
    }

    /// The requirements of a wheel; a damaged wheel of ours is removed.
    fn requirements(&self, file: &Path) -> Result<Vec<wheel::Requirement>> {
        wheel::requirements(file).map_err(|error| unusable(file, self.part, error))
    }
}

/// Fails early if the disk has no space for wheels and folder, unless the wheels are there, or if the disk of `dest`, which
/// may be another one, has none for the folder.
fn check_space(root: &Path, part: &Path, dest: &Path, variant: Variant) -> Result<()> {
    let (megabytes, installed) = match variant {
        Variant::Cpu => (1200, 500),
        Variant::Cuda => (7000, 3600),
    };
    let holds = |name: &str| fs::read_dir(part.join(name)).is_ok_and(|mut entries| entries.next().is_some());
    let fetched = [WHEELS, DOWNLOADS].iter().any(|name| holds(name));
    if let Some(free) = free_space(root).filter(|_| !fetched) {
        let free = free / 1_000_000;
        ensure!(
            free >= megabytes,
            "the disk has {free} MB free, but the installation temporarily needs {megabytes} MB: free some space"
        );
    }
    if let Some(free) = dest.ancestors().find(|folder| folder.exists()).and_then(free_space) {
        let replaced: u64 = owned::files(dest)?.values().sum();
        let free = (free + replaced) / 1_000_000;
        let dest = dest.display();
        ensure!(
            free >= installed,
            "the disk of {dest} has {free} MB for libtorch, which needs {installed} MB: free some space"
        );
    }
    Ok(())
}
