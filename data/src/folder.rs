//! Folders of many files of one kind, such as CelebA's 202,599 images: too many to list in the manifest.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail, ensure};
use sha2::{Digest, Sha256};

use crate::hex::hex;
use crate::image;
use crate::manifest::Folder;
use crate::origin::FileRecord;

/// Whether the folder includes a file of this name. Archives made on a Mac have a hidden `._` file for each file.
pub(crate) fn holds(folder: &Folder, name: &str) -> bool {
    let file = name.rsplit('/').next().unwrap_or(name);
    let file = file.to_lowercase();
    let mut endings = std::iter::once(&folder.ending).chain(&folder.or);
    endings.any(|ending| file.ends_with(ending.as_str())) && !file.starts_with('.')
}

/// Checks a folder in the set's folder `dir`: reads every file.
pub(crate) fn check(folder: &Folder, synthetic: bool, dir: &Path) -> Result<FileRecord> {
    let root = dir.join(&folder.name);
    let mut paths = paths(folder, &root)?;
    let count = paths.len() as u64;
    folder.check_count(synthetic, count)?;
    paths.sort();
    let mut list = Sha256::new();
    let mut bytes = 0;
    for path in paths {
        let failed = || format!("cannot read {}", root.join(&path).display());
        let content = fs::read(root.join(&path)).with_context(failed)?;
        ensure!(!content.is_empty(), "`{}/{path}` is empty", folder.name);
        if folder.images {
            image::check(&content).with_context(|| format!("`{}/{path}` is damaged", folder.name))?;
        }
        if folder.midi {
            music::midi::read(&content).with_context(|| format!("cannot use `{path}`"))?;
        }
        bytes += content.len() as u64;
        list.update(format!("{}  {path}\n", hex(&Sha256::digest(&content))));
    }
    let sha256 = hex(&list.finalize());
    if let Some(due) = folder.sha256.as_ref().filter(|_| !synthetic) {
        ensure!(
            sha256 == *due,
            "{} has the wrong checksum ({} instead of {}): it is damaged or another version",
            folder.shown(),
            &sha256[..12],
            &due[..12]
        );
    }
    Ok(FileRecord { name: format!("{}/", folder.name), bytes, sha256, count: Some(count) })
}

/// Whether the set's folder `dir` has the folder. It is itself one that has a file of the kind.
pub(crate) fn is_in(folder: &Folder, dir: &Path) -> bool {
    let root = dir.join(&folder.name);
    root.is_dir() && (folder.name != "." || paths(folder, &root).is_ok_and(|paths| !paths.is_empty()))
}

/// The number of the folder's files, without reading them.
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
    let failed = || format!("cannot read the folder {}", dir.display());
    for entry in fs::read_dir(dir).with_context(failed)? {
        let entry = entry.with_context(failed)?;
        let Ok(name) = entry.file_name().into_string() else { bail!("{}: a file name is not valid text", failed()) };
        let path = format!("{prefix}{name}");
        if entry.file_type().with_context(failed)?.is_dir() {
            walk(folder, &entry.path(), &format!("{path}/"), found)?;
        } else if holds(folder, &name) {
            found.push(path);
        }
    }
    Ok(())
}
