//! Folders of many files of one kind, such as CelebA's 202,599 images: too many to name each in the manifest.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail, ensure};
use sha2::{Digest, Sha256};

use crate::check::hex;
use crate::manifest::Folder;
use crate::origin::FileRecord;

/// Whether a file of this name is one of the folder's. Archives made on a Mac hold a hidden `._` file beside each.
pub(crate) fn holds(folder: &Folder, name: &str) -> bool {
    let file = name.rsplit('/').next().unwrap_or(name);
    file.ends_with(&folder.ending) && !file.starts_with('.')
}

/// Checks a folder that is in the set's folder `dir` already: every file is read.
pub(crate) fn check(folder: &Folder, stand_in: bool, dir: &Path) -> Result<FileRecord> {
    let root = dir.join(&folder.name);
    let mut paths = paths(folder, &root)?;
    let (count, due) = (paths.len() as u64, folder.count(stand_in));
    ensure!(count == due, "`{}` has {count} files that end in {}, and {due} are due", folder.name, folder.ending);
    paths.sort();
    let mut list = Sha256::new();
    let mut bytes = 0;
    for path in paths {
        let failed = || format!("can't read {}", root.join(&path).display());
        let content = fs::read(root.join(&path)).with_context(failed)?;
        ensure!(!content.is_empty(), "`{}/{path}` is empty", folder.name);
        bytes += content.len() as u64;
        list.update(format!("{}  {path}\n", hex(&Sha256::digest(&content))));
    }
    let sha256 = hex(&list.finalize());
    if let Some(due) = folder.sha256.as_ref().filter(|_| !stand_in) {
        ensure!(
            sha256 == *due,
            "`{}` has the wrong checksum ({} where it should have {}): it is damaged, or another version",
            folder.name,
            &sha256[..12],
            &due[..12]
        );
    }
    Ok(FileRecord { name: format!("{}/", folder.name), bytes, sha256, count: Some(count) })
}

/// How many of the folder's files are there, without reading them.
pub(crate) fn count(folder: &Folder, dir: &Path) -> Result<u64> {
    Ok(paths(folder, &dir.join(&folder.name))?.len() as u64)
}

/// The paths of the folder's files, relative to `root`, with `/` between their parts.
pub(crate) fn paths(folder: &Folder, root: &Path) -> Result<Vec<String>> {
    let mut found = Vec::new();
    walk(folder, root, "", &mut found)?;
    Ok(found)
}

fn walk(folder: &Folder, dir: &Path, prefix: &str, found: &mut Vec<String>) -> Result<()> {
    let failed = || format!("can't read the folder {}", dir.display());
    for entry in fs::read_dir(dir).with_context(failed)? {
        let entry = entry.with_context(failed)?;
        let Ok(name) = entry.file_name().into_string() else { bail!("{}: a name that is no text", failed()) };
        let path = format!("{prefix}{name}");
        if entry.file_type().with_context(failed)?.is_dir() {
            walk(folder, &entry.path(), &format!("{path}/"), found)?;
        } else if holds(folder, &name) {
            found.push(path);
        }
    }
    Ok(())
}
