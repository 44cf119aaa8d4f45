//! Moves checked files into a set's folder that is already there, beside files that are not ours.
//!
//! A file that was there before stays: it is ours only if the folder's record says so, and if it is unchanged or the
//! beginning of the new file, as after a full disk. `origin.json` comes first, so that a kill in between leaves a folder
//! whose missing files are known, and are fetched again.

use std::fs::{self, File};
use std::io::{BufReader, Read};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::check;
use crate::disk;
use crate::origin::{Origin, OriginKind};

/// Moves all files of the folder `files` to `dir`, where `origin` describes them.
///
/// # Errors
/// A file of the reader is in the way; then nothing is changed.
pub(crate) fn into(files: &Path, dir: &Path, origin: &Origin) -> Result<()> {
    let old = Origin::read(dir).ok().filter(|old| old.kind != OriginKind::Hand);
    let mut paths = Vec::new();
    list(files, Path::new(""), &mut paths)?;
    paths.retain(|path| !Origin::is_record(path));
    let (mut moves, mut outdated) = (Vec::new(), Vec::new());
    for path in paths {
        let (new, there) = (files.join(&path), dir.join(&path));
        if fs::symlink_metadata(&there).is_err() {
            moves.push(path);
        } else if same(&there, &new)? {
            // Nothing to do.
        } else if old.as_ref().is_some_and(|old| is_ours(old, &path, &there, &new)) {
            outdated.push(there);
            moves.push(path);
        } else {
            bail!(
                "{} is in the way: it is not the file that was fetched, and may be yours; move it away and run the \
                 command again",
                there.display()
            );
        }
    }
    let failed = |path: &Path| format!("cannot write {}", path.display());
    for path in outdated {
        fs::remove_file(&path).with_context(|| failed(&path))?;
    }
    fs::create_dir_all(dir).with_context(|| failed(dir))?;
    origin.write(dir)?;
    for path in moves {
        let to = dir.join(&path);
        if let Some(parent) = to.parent() {
            fs::create_dir_all(parent).with_context(|| failed(parent))?;
        }
        disk::move_file(&files.join(&path), &to).with_context(|| failed(&to))?;
    }
    Ok(())
}

/// Whether we wrote the file: it is unchanged since, or cut off.
fn is_ours(old: &Origin, path: &Path, there: &Path, new: &Path) -> bool {
    let plain = fs::symlink_metadata(there).is_ok_and(|about| about.is_file());
    let record = old.files.iter().find(|record| Path::new(&record.name) == path);
    let unchanged = || record.is_some_and(|record| check::check_sha256(&record.sha256, there).is_ok());
    let in_folder = || {
        old.files
            .iter()
            .any(|record| record.name.ends_with('/') && path.starts_with(record.name.trim_start_matches("./")))
    };
    plain && (record.is_some() || in_folder()) && (begins(new, there).unwrap_or(false) || unchanged())
}

fn same(a: &Path, b: &Path) -> Result<bool> {
    let length = |path: &Path| fs::metadata(path).ok().filter(fs::Metadata::is_file).map(|about| about.len());
    Ok(length(a).is_some() && length(a) == length(b) && begins(a, b)?)
}

/// Whether `whole` begins with all bytes of `part`.
fn begins(whole: &Path, part: &Path) -> Result<bool> {
    let open = |path: &Path| File::open(path).with_context(|| format!("cannot read {}", path.display()));
    let (mut whole, mut part) = (BufReader::new(open(whole)?), open(part)?);
    let (mut expected, mut found) = (vec![], vec![0; 1 << 16]);
    loop {
        let n = part.read(&mut found)?;
        if n == 0 {
            return Ok(true);
        }
        expected.resize(n, 0);
        if whole.read_exact(&mut expected).is_err() || expected != found[..n] {
            return Ok(false);
        }
    }
}

/// All files below `dir`, relative to the folder that `prefix` starts from.
fn list(dir: &Path, prefix: &Path, found: &mut Vec<PathBuf>) -> Result<()> {
    let failed = || format!("cannot read the folder {}", dir.display());
    for entry in fs::read_dir(dir).with_context(failed)? {
        let entry = entry.with_context(failed)?;
        let path = prefix.join(entry.file_name());
        if entry.file_type().with_context(failed)?.is_dir() {
            list(&entry.path(), &path, found)?;
        } else {
            found.push(path);
        }
    }
    Ok(())
}
