//! Installing libtorch: download, unpack, move into place.
//!
//! All work happens in `.libtorch.part`. After a failure complete wheels stay there for the next attempt. The folder
//! `.libtorch` appears by renaming: complete, or not at all.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};

use super::{FOLDER, State, Variant, mark, state, unpack, wheel};
use crate::process::free_space;
use crate::python::Pip;

/// Installs or replaces `root/.libtorch`. Returns false if another process has installed it meanwhile.
///
/// # Errors
/// pip is missing or cannot download, a wheel is damaged, or the disk is full.
pub fn install(root: &Path, variant: Variant) -> Result<bool> {
    let part = root.join(".libtorch.part");
    prepare(&part).with_context(|| format!("preparing {}", part.display()))?;
    let lock_file = part.join("lock");
    let lock = File::create(&lock_file).with_context(|| format!("making {}", lock_file.display()))?;
    if lock.try_lock().is_err() {
        eprintln!("Another installation is running; waiting for it.");
        lock.lock().with_context(|| format!("waiting for {}", lock_file.display()))?;
    }
    let dest = root.join(FOLDER);
    if state(&dest) == State::Ready(variant) {
        return Ok(false);
    }
    prepare(&part).with_context(|| format!("preparing {}", part.display()))?;
    check_space(root, &part, variant)?;
    let wheels = fetch_all(root, &part, variant)?;
    assemble(&wheels, variant, &part, &dest)?;
    fs::remove_dir_all(&part).with_context(|| format!("removing {}", part.display()))?;
    Ok(true)
}

/// Creates the working folder, ignored by git.
fn prepare(part: &Path) -> Result<()> {
    fs::create_dir_all(part.join("wheels"))?;
    fs::write(part.join(".gitignore"), "*\n")?;
    Ok(())
}

/// Unpacks `wheels` in `part` and moves the result to `dest`, which it replaces.
///
/// # Errors
/// A wheel is damaged (it is removed, so that the next attempt downloads it again), or writing fails. `dest` stays as
/// it was.
pub fn assemble(wheels: &[PathBuf], variant: Variant, part: &Path, dest: &Path) -> Result<()> {
    let tree = part.join("tree");
    let old = part.join("old");
    remove(&tree)?;
    remove(&old)?;
    for wheel in wheels {
        if let Err(error) = unpack::unpack(wheel, variant, &tree) {
            remove(&tree)?;
            if error.chain().any(is_disk_full) {
                return Err(error.context("the disk is full: free some space and run the command again"));
            }
            fs::remove_file(wheel).with_context(|| format!("removing {}", wheel.display()))?;
            return Err(error.context("the damaged download is removed: run the command again"));
        }
    }
    mark(&tree, variant)?;
    let unusable = match state(&tree) {
        State::Ready(_) if tree.join("include/torch").is_dir() => None,
        State::Ready(_) => Some("the headers are missing".to_string()),
        State::Missing => Some("nothing was unpacked".to_string()),
        State::Broken(reason) => Some(reason),
    };
    if let Some(reason) = unusable {
        remove(&tree)?;
        anyhow::bail!("the wheels do not hold what libtorch needs: {reason}");
    }
    let move_to = |from: &Path, to: &Path| {
        fs::rename(from, to).with_context(|| format!("moving {} to {}", from.display(), to.display()))
    };
    if dest.symlink_metadata().is_ok() {
        move_to(dest, &old)?;
    }
    move_to(&tree, dest)
}

fn is_disk_full(cause: &(dyn std::error::Error + 'static)) -> bool {
    cause.downcast_ref::<std::io::Error>().is_some_and(|error| error.kind() == std::io::ErrorKind::StorageFull)
}

fn remove(path: &Path) -> Result<()> {
    let removed = match path.symlink_metadata() {
        Err(_) => return Ok(()),
        Ok(data) if data.is_dir() => fs::remove_dir_all(path),
        Ok(_) => fs::remove_file(path),
    };
    removed.with_context(|| format!("removing {}", path.display()))
}

/// All wheels that the variant needs; missing ones are downloaded.
fn fetch_all(root: &Path, part: &Path, variant: Variant) -> Result<Vec<PathBuf>> {
    let mut fetcher = Fetcher { root, part, pip: None };
    let torch = fetcher.fetch(&wheel::torch())?;
    let mut wheels = vec![torch.clone()];
    if cfg!(target_os = "linux") {
        for requirement in wheel::wanted(fetcher.requirements(&torch)?, variant) {
            let file = fetcher.fetch(&requirement.spec)?;
            if requirement.name != "cuda-toolkit" {
                wheels.push(file);
                continue;
            }
            for package in wheel::expanded(&requirement, fetcher.requirements(&file)?, variant) {
                wheels.push(fetcher.fetch(&package.spec)?);
            }
        }
    }
    Ok(wheels)
}

/// Downloads wheels to `part/wheels`.
struct Fetcher<'a> {
    root: &'a Path,
    part: &'a Path,
    /// Created when the first wheel is missing.
    pip: Option<Pip>,
}

impl Fetcher<'_> {
    fn fetch(&mut self, spec: &str) -> Result<PathBuf> {
        let wheels = self.part.join("wheels");
        if let Some(file) = wheel::in_folder(&wheels, spec) {
            return Ok(file);
        }
        let pip = match self.pip.take() {
            Some(pip) => pip,
            None => Pip::ready(self.root)?,
        };
        let pip = self.pip.insert(pip);
        // Pip writes here: a kill leaves no partial file elsewhere, and none among the complete wheels.
        let incoming = self.part.join("incoming");
        remove(&incoming)?;
        fs::create_dir_all(incoming.join("tmp")).with_context(|| format!("making {}", incoming.display()))?;
        pip.download(spec, &incoming)?;
        let file = wheel::in_folder(&incoming, spec).with_context(|| format!("pip downloaded no wheel for {spec}"))?;
        let target = wheels.join(file.file_name().unwrap_or_default());
        fs::rename(&file, &target).with_context(|| format!("moving {} to {}", file.display(), target.display()))?;
        remove(&incoming)?;
        Ok(target)
    }

    /// The requirements of a wheel; an unreadable wheel is removed.
    fn requirements(&self, file: &Path) -> Result<Vec<wheel::Requirement>> {
        wheel::requirements(file).or_else(|error| {
            remove(file)?;
            Err(error.context("the damaged download is removed: run the command again"))
        })
    }
}

/// Fails early if the disk has no space for wheels and folder, unless the wheels are there.
fn check_space(root: &Path, part: &Path, variant: Variant) -> Result<()> {
    let megabytes = match variant {
        Variant::Cpu => 1200,
        Variant::Cuda => 7000,
    };
    let fetched = fs::read_dir(part.join("wheels")).is_ok_and(|mut entries| entries.next().is_some());
    if let Some(free) = free_space(root).filter(|_| !fetched) {
        let free = free / 1_000_000;
        ensure!(
            free >= megabytes,
            "the disk has {free} MB free, but the installation temporarily needs {megabytes} MB: free some space"
        );
    }
    Ok(())
}
