//! What in the folder of libtorch is ours. Set-up replaces a folder only if it wrote all that lies in it: whatever else is
//! there is a reader's, and stays.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use catalog::versions::LIBTORCH;

use super::{BUILD_VERSION, MARKER, Marker, read_marker};

/// Checks that all in `dir` was written by set-up, so that it may be replaced. A folder that is missing or empty is fine.
///
/// # Errors
/// Something in it is not ours; the message names it. Nothing was changed.
pub fn check(dir: &Path) -> Result<()> {
    let found = files(dir)?;
    // The Finder leaves it in every folder that it shows.
    let found: BTreeMap<_, _> = found.into_iter().filter(|(name, _)| !name.ends_with(".DS_Store")).collect();
    if found.is_empty() {
        return Ok(());
    }
    let shown = dir.display();
    ensure!(
        found.contains_key(MARKER),
        "{shown} holds files that `cargo book setup` did not install, and they are kept. To use them, set LIBTORCH to \
         a folder of libtorch {LIBTORCH}; to install it there, move {shown} to another place and run the command again"
    );
    let marker = read_marker(dir)?;
    let others: Vec<&String> =
        found.iter().filter(|(name, size)| !is_ours(&marker, name, **size)).map(|(name, _)| name).collect();
    if let Some(first) = others.first() {
        let more = if others.len() > 1 { format!(" and {} more", others.len() - 1) } else { String::new() };
        anyhow::bail!(
            "{shown} has to be replaced, but holds {first}{more}, which `cargo book setup` did not write: move it to \
             another place, then run `cargo book setup` again"
        );
    }
    Ok(())
}

/// All files below `dir` with their sizes, by their paths with `/`; an empty folder counts as a file. Links are not
/// followed.
pub fn files(dir: &Path) -> Result<BTreeMap<String, u64>> {
    let mut found = BTreeMap::new();
    if dir.symlink_metadata().is_ok() {
        walk(dir, "", &mut found)?;
    }
    Ok(found)
}

fn walk(dir: &Path, prefix: &str, found: &mut BTreeMap<String, u64>) -> Result<()> {
    let failed = || format!("reading the folder {}", dir.display());
    for entry in fs::read_dir(dir).with_context(failed)? {
        let entry = entry.with_context(failed)?;
        let path = format!("{prefix}{}", entry.file_name().to_string_lossy());
        let data = entry.metadata().with_context(failed)?;
        if data.is_dir() {
            let before = found.len();
            walk(&entry.path(), &format!("{path}/"), found)?;
            if found.len() == before {
                found.insert(path, 0);
            }
        } else {
            found.insert(path, data.len());
        }
    }
    Ok(())
}

/// Whether set-up wrote this file. A library may be shorter than it was: it is damaged, and the reason to replace it.
fn is_ours(marker: &Marker, name: &str, size: u64) -> bool {
    if name == MARKER {
        return true;
    }
    match (name.strip_prefix("lib/"), &marker.others) {
        (Some(library), _) => marker.files.get(library).is_some_and(|written| size <= *written),
        (None, Some(others)) => others.get(name) == Some(&size),
        // Earlier versions listed the libraries only.
        (None, None) => name.starts_with("include/") || name == BUILD_VERSION,
    }
}
