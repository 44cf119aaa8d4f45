//! What else may happen to a run: a full disk, a folder that cannot be written, and a second process. Each must leave it
//! as it was, with one clear message.

use std::collections::BTreeSet;
use std::fs::{self, File, Permissions};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use super::launch::Ended;
use super::section::{Player, Whole};
use super::{Halt, folder};

/// The output folder, in the folder of a section.
pub const TROUBLED: &str = "troubled";

/// Words that only an internal error prints.
const INTERNAL: [&str; 2] = ["internal error", "panicked"];
/// Begin of the names of files that are not finished.
const PART: &str = ".part-";
/// The fewest blocks to which files are limited: messages and small files must fit.
const FEWEST_BLOCKS: u64 = 16;

/// What came of each trouble, in a few words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Troubles {
    pub full_disk: &'static str,
    pub read_only: &'static str,
    pub two_at_once: &'static str,
}

/// Troubles a run that was killed at its first checkpoint, ends and compares it. `None` for sections without checkpoints.
///
/// # Errors
/// [`Halt::Found`] if the run is damaged or not equal in the end, or if a message is not clear.
pub fn play(player: &Player, whole: &Whole) -> Result<Option<Troubles>> {
    if !folder::have_checkpoints(&whole.runs)? {
        return Ok(None);
    }
    let out = player.fresh(TROUBLED)?;
    let mut running = player.launch.start(&out, &whole.args, &player.log(TROUBLED), None)?;
    let saved = || folder::have_checkpoints(&folder::runs(&out, player.launch.id)?);
    if let Some(ended) = running.wait(|_| saved().unwrap_or(false))? {
        ended.expect_success("a run without a kill")?;
    }
    drop(running);
    let troubles = Troubles {
        full_disk: full_disk(player, whole, &out)?,
        read_only: read_only(player, whole, &out)?,
        two_at_once: two_at_once(player, whole, &out)?,
    };
    player.compare(whole, &out)?;
    Ok(Some(troubles))
}

/// No file may become as large as the checkpoint.
fn full_disk(player: &Player, whole: &Whole, out: &Path) -> Result<&'static str> {
    let saved = Saved::of(player, out)?;
    let blocks = saved.0.iter().map(|(_, bytes)| bytes.len() as u64).max().unwrap_or(0) / 4 / 1024;
    if !cfg!(unix) || blocks < FEWEST_BLOCKS {
        return Ok("-");
    }
    let args = player.args(whole, out)?;
    let before = unfinished(player, out)?; // of the kill
    let ended = player.launch.start(out, &args, &player.log(TROUBLED), Some(blocks))?.end()?;
    if ended.code == Some(0) {
        return Ok("no write"); // the run was at its end
    }
    ensure_clear(&ended, out, "with a full disk")?;
    saved.ensure_intact("a full disk")?;
    if let Some(name) = unfinished(player, out)?.difference(&before).next() {
        bail!(Halt::Found(format!("a full disk leaves {name} behind")));
    }
    Ok("refused")
}

/// The unfinished files in the run folders.
fn unfinished(player: &Player, out: &Path) -> Result<BTreeSet<String>> {
    let mut names = BTreeSet::new();
    for run in folder::runs(out, player.launch.id)?.values() {
        names.extend(folder::files(run)?.into_iter().filter(|name| name.contains(PART)));
    }
    Ok(names)
}

/// Neither the run folder nor anything in it may be written.
fn read_only(player: &Player, whole: &Whole, out: &Path) -> Result<&'static str> {
    let saved = Saved::of(player, out)?;
    for run in folder::runs(out, player.launch.id)?.values() {
        let _locked = ReadOnly::of(run)?;
        let probe = run.join("probe");
        if File::create(&probe).is_ok() {
            fs::remove_file(&probe).with_context(|| format!("removing {}", probe.display()))?;
            return Ok("root may"); // as Windows' folders
        }
        let args = player.args(whole, out)?;
        let ended = player.launch.start(out, &args, &player.log(TROUBLED), None)?.end()?;
        ensure_clear(&ended, out, "with a read-only run folder")?;
        saved.ensure_intact("a read-only run folder")?;
    }
    Ok("refused")
}

/// Two processes go on with the run at once.
fn two_at_once(player: &Player, whole: &Whole, out: &Path) -> Result<&'static str> {
    let args = player.args(whole, out)?;
    let start = |name: &str| player.launch.start(out, &args, &player.log(name), None);
    let both = [start("first")?, start("second")?];
    let mut ended = Vec::new();
    for process in both {
        ended.push(process.end()?);
    }
    let (good, others): (Vec<Ended>, Vec<Ended>) = ended.into_iter().partition(|ended| ended.code == Some(0));
    for other in &others {
        ensure_clear(other, out, "as one of two at once")?;
        if !other.said.contains("another process") {
            bail!(Halt::Found(format!("one of two processes at once does not name the other: it {other}")));
        }
    }
    match good.len() {
        0 => bail!(Halt::Found("two processes at once refuse each other".to_string())),
        1 => Ok("refused"),
        _ => Ok("both whole"),
    }
}

/// The process must have ended with 1 and one error, which names a file or folder below `out`.
fn ensure_clear(ended: &Ended, out: &Path, when: &str) -> Result<()> {
    let errors = ended.said.lines().filter(|line| line.starts_with("error:")).count();
    let internal = INTERNAL.iter().any(|word| ended.said.contains(word));
    let place = out.display().to_string();
    if ended.code != Some(1) || errors != 1 || internal || !ended.said.contains(&place) {
        bail!(Halt::Found(format!("not one clear message {when}: it {ended}")));
    }
    Ok(())
}

/// The checkpoints of the section's runs, and their bytes.
struct Saved(Vec<(PathBuf, Vec<u8>)>);

impl Saved {
    fn of(player: &Player, out: &Path) -> Result<Saved> {
        let mut saved = Vec::new();
        for run in folder::runs(out, player.launch.id)?.values() {
            for path in folder::checkpoints(run)? {
                let bytes = fs::read(&path).with_context(|| format!("reading {}", path.display()))?;
                saved.push((path, bytes));
            }
        }
        Ok(Saved(saved))
    }

    fn ensure_intact(&self, after: &str) -> Result<()> {
        for (path, bytes) in &self.0 {
            if fs::read(path).ok().as_ref() != Some(bytes) {
                bail!(Halt::Found(format!("{after} changes {}", path.display())));
            }
        }
        Ok(())
    }
}

/// Takes away the permission to write a folder and all in it, until it is dropped.
struct ReadOnly(Vec<(PathBuf, Permissions)>);

impl ReadOnly {
    fn of(folder: &Path) -> Result<ReadOnly> {
        let files: Vec<PathBuf> = folder::files(folder)?.iter().map(|name| folder.join(name)).collect();
        let inside = |path: &&Path| path.starts_with(folder);
        let all: BTreeSet<&Path> = files.iter().flat_map(|file| file.ancestors().take_while(inside)).collect();
        let mut taken = ReadOnly(Vec::new());
        for path in all {
            let failed = || format!("changing the permissions of {}", path.display());
            let old = fs::metadata(path).with_context(failed)?.permissions();
            let mut new = old.clone();
            new.set_readonly(true);
            fs::set_permissions(path, new).with_context(failed)?;
            taken.0.push((path.to_path_buf(), old));
        }
        Ok(taken)
    }
}

impl Drop for ReadOnly {
    fn drop(&mut self) {
        for (path, old) in self.0.drain(..) {
            let _ = fs::set_permissions(path, old); // what cannot be given back is found when the folder is removed
        }
    }
}
