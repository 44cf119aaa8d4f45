//! Moving a complete folder into place. `.libtorch` may be a link to another disk, or a disk of its own: a link stays a
//! link.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use super::install::remove;
use super::{MARKER, owned};

/// The folder that `path` means: where it leads, if it is a link.
pub fn target(path: &Path) -> PathBuf {
    match fs::read_link(path) {
        // A link that leads to nothing yet: that folder is made.
        Ok(link) => path.canonicalize().unwrap_or_else(|_| path.parent().unwrap_or(path).join(link)),
        Err(_) => path.to_path_buf(),
    }
}

/// Moves the folder `tree` to `dest`, which it replaces; `part` is the working folder.
///
/// # Errors
/// `dest` holds something that is not ours, or the disk refuses; `dest` then stays as it was, or is told to be damaged.
pub fn put(tree: &Path, dest: &Path, part: &Path) -> Result<()> {
    owned::check(dest)?;
    if renamed(tree, dest, &part.join("old")).is_err() {
        fill(tree, dest).with_context(|| format!("moving {} to {}", tree.display(), dest.display()))?;
        remove(tree)?;
    }
    Ok(())
}

/// The fast way, which leaves `dest` complete at any moment: it needs both on one disk.
fn renamed(tree: &Path, dest: &Path, old: &Path) -> Result<()> {
    remove(old)?;
    if fs::read_dir(dest).is_ok_and(|mut entries| entries.next().is_some()) {
        fs::rename(dest, old)?;
    }
    fs::rename(tree, dest).inspect_err(|_| drop(fs::rename(old, dest)))?;
    Ok(())
}

/// Copies the files. The marker goes first: if this is interrupted, what is missing is noticed, and what is there is ours.
fn fill(tree: &Path, dest: &Path) -> Result<()> {
    for name in owned::files(dest)?.keys().filter(|name| *name != MARKER) {
        remove(&dest.join(name))?;
    }
    let files = owned::files(tree)?;
    for name in [MARKER].into_iter().chain(files.keys().map(String::as_str).filter(|name| *name != MARKER)) {
        let file = dest.join(name);
        let folder = file.parent().unwrap_or(dest);
        fs::create_dir_all(folder).with_context(|| format!("making {}", folder.display()))?;
        fs::copy(tree.join(name), &file).with_context(|| format!("writing {}", file.display()))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_copied_where_folders_cannot_be_renamed() {
        let dir = tempfile::tempdir().unwrap();
        let (tree, dest) = (dir.path().join("tree"), dir.path().join("dest"));
        for (file, text) in
            [("tree/gdl.json", "{}"), ("tree/lib/a.so", "new"), ("dest/lib/a.so", "old"), ("dest/lib/b.so", "")]
        {
            let file = dir.path().join(file);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, text).unwrap();
        }
        fill(&tree, &dest).unwrap();
        assert_eq!(fs::read_to_string(dest.join("lib/a.so")).unwrap(), "new");
        assert_eq!(owned::files(&dest).unwrap().into_keys().collect::<Vec<_>>(), ["gdl.json", "lib/a.so"]);
    }
}
