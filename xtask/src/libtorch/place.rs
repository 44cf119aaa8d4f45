//! Moving a complete folder into place. `.libtorch` may be a link to another disk, or a disk of its own: a link stays a
//! link.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use super::install::remove;
use super::{MARKER, NEW_MARKER, owned};

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
    // Half a marker could not be read, and all beside it would pass for a reader's.
    let (new, marker) = (dest.join(NEW_MARKER), dest.join(MARKER));
    copy(&tree.join(MARKER), &new)?;
    fs::rename(&new, &marker).with_context(|| format!("writing {}", marker.display()))?;
    for name in owned::files(tree)?.keys().filter(|name| *name != MARKER) {
        copy(&tree.join(name), &dest.join(name))?;
    }
    Ok(())
}

/// Copies a file, whose folder is made.
fn copy(from: &Path, to: &Path) -> Result<()> {
    let copied = to.parent().map_or(Ok(()), fs::create_dir_all).and_then(|()| fs::copy(from, to));
    copied.map(drop).with_context(|| format!("writing {}", to.display()))
}

#[cfg(test)]
mod tests {
    use super::super::{Variant, mark};
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

    #[test]
    fn a_copy_that_was_cut_off_at_any_place_is_ours() {
        let dir = tempfile::tempdir().unwrap();
        let (tree, dest) = (dir.path().join("tree"), dir.path().join("dest"));
        for file in ["include/ATen/ATen.h", "include/torch/torch.h", "lib/libtorch_cpu.so"] {
            fs::create_dir_all(tree.join(file).parent().unwrap()).unwrap();
            fs::write(tree.join(file), "text").unwrap();
        }
        mark(&tree, Variant::Cpu).unwrap();
        let is_ours = |dest: &Path| owned::check(dest).is_ok();
        // While the marker is copied, before and after it gets its name.
        fs::create_dir(&dest).unwrap();
        fs::write(dest.join(NEW_MARKER), "{").unwrap();
        assert!(is_ours(&dest));
        fill(&tree, &dest).unwrap();
        assert!(!dest.join(NEW_MARKER).exists() && is_ours(&dest));
        // In the middle of a header, and before the first byte.
        for text in ["te", ""] {
            fs::write(dest.join("include/torch/torch.h"), text).unwrap();
            assert!(is_ours(&dest), "{text}");
        }
        // After a folder was made, and before anything is in it.
        for folder in ["include/torch", "include", "lib"] {
            fs::remove_dir_all(dest.join(folder)).unwrap();
            fs::create_dir_all(dest.join(folder)).unwrap();
            assert!(is_ours(&dest), "{folder}");
        }
        // What is longer or beside it is not.
        for file in ["include/mine.h", "include/ATen/ATen.h", "mine/note.txt"] {
            fill(&tree, &dest).unwrap();
            fs::create_dir_all(dest.join(file).parent().unwrap()).unwrap();
            fs::write(dest.join(file), "a reader's own").unwrap();
            assert!(!is_ours(&dest), "{file}");
        }
    }
}
