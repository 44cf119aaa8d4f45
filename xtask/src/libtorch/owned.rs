//! What in the folder of libtorch is ours. Set-up replaces a folder only if it wrote all that lies in it: whatever else is
//! there is a reader's, and stays.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use catalog::versions::LIBTORCH;

use super::{BUILD_VERSION, MARKER, Marker, NEW_MARKER, read_marker};

/// Checks that all in `dir` was written by set-up, so that it may be replaced. A folder that is missing or empty is fine.
///
/// # Errors
/// Something in it is not ours; the message names it. Nothing was changed.
pub fn check(dir: &Path) -> Result<()> {
    let found = files(dir)?;
    // The Finder leaves the one in every folder that it shows, and a copy that was cut off leaves the other.
    let nobodys = |name: &str| name.ends_with(".DS_Store") || name == NEW_MARKER;
    let found: BTreeMap<_, _> = found.into_iter().filter(|(name, _)| !nobodys(name)).collect();
    if found.is_empty() {
        return Ok(());
    }
    let shown = dir.display();
    ensure!(
        found.contains_key(MARKER),
        "{shown} holds files that `cargo book setup` did not install, and they are kept. To use them, set LIBTORCH to \
         a folder of libtorch {LIBTORCH}; to install it there, move {shown} to another place and run the command again"
    );
    let written = Written::by(read_marker(dir)?);
    let others: Vec<&String> =
        found.iter().filter(|(name, size)| !written.holds(name, **size)).map(|(name, _)| name).collect();
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

/// What set-up wrote, as the marker records it.
struct Written {
    /// All files with their sizes, by their paths as [`files`] gives them.
    sizes: BTreeMap<String, u64>,
    /// Earlier versions listed the libraries only.
    only_libraries: bool,
}

impl Written {
    fn by(marker: Marker) -> Written {
        let only_libraries = marker.others.is_none();
        let libraries = marker.files.into_iter().map(|(name, size)| (format!("lib/{name}"), size));
        Written { sizes: libraries.chain(marker.others.unwrap_or_default()).collect(), only_libraries }
    }

    /// Whether set-up wrote this file. It may be shorter than it was, and a folder may be empty: a copy that was cut off
    /// leaves such ones, and they are the reason to replace all.
    fn holds(&self, name: &str, size: u64) -> bool {
        if name == MARKER || self.sizes.get(name).is_some_and(|written| size <= *written) {
            return true;
        }
        if self.only_libraries && (Path::new(name).starts_with("include") || name == BUILD_VERSION) {
            return true;
        }
        let below = format!("{name}/");
        let is_folder = self.sizes.range(below.clone()..).next().is_some_and(|(path, _)| path.starts_with(&below));
        is_folder && size == 0
    }
}
