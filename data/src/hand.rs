//! Files that the reader has put into a set's folder: they are checked and used, and stay as they are.

use std::path::Path;

use anyhow::{Result, anyhow};

use crate::check;
use crate::folder;
use crate::manifest::Set;
use crate::origin::{FileRecord, Origin, OriginKind};

/// What lies in a set's folder.
pub(crate) enum Found {
    /// No file of the set.
    Nothing,
    /// All files, checked.
    Whole(Vec<FileRecord>),
    /// Only some of the files, all of them good: the error names the others.
    Part(anyhow::Error),
}

/// Whether the files in the folder `dir` are the reader's: nothing there says that we fetched them.
pub(crate) fn is_own(dir: &Path) -> bool {
    dir.is_dir() && Origin::read(dir).map_or(true, |origin| origin.kind == OriginKind::Hand)
}

/// Whether the folder `dir` has any file of the set.
pub(crate) fn has_any(set: &Set, dir: &Path) -> bool {
    let file = set.files.iter().flat_map(|file| file.names()).any(|name| dir.join(name).exists());
    file || set.folders.iter().any(|folder| folder::is_in(folder, dir))
}

/// Checks what lies in the folder `dir`.
///
/// # Errors
/// A file is wrong; the message names it.
pub(crate) fn look(set: &Set, dir: &Path) -> Result<Found> {
    let (mut records, mut missing) = (Vec::new(), Vec::new());
    for file in &set.files {
        if dir.join(file.name_in(dir)).exists() {
            records.push(check::check_file(file, false, dir)?);
        } else {
            missing.push(format!("`{}`", file.names().cloned().collect::<Vec<_>>().join("` or `")));
        }
    }
    let there = |folder: &&crate::manifest::Folder| folder::is_in(folder, dir);
    missing.extend(set.folders.iter().filter(|folder| !there(folder)).map(|folder| match folder.name.as_str() {
        "." => format!("files that end in {}", folder.ending),
        name => format!("the folder `{name}`"),
    }));
    check::match_tables(set, dir)?;
    for folder in set.folders.iter().filter(there) {
        records.push(folder::check(folder, false, dir)?);
    }
    let packed = packed(dir);
    Ok(if missing.is_empty() {
        Found::Whole(records)
    } else if records.is_empty() && packed.is_empty() {
        Found::Nothing
    } else {
        Found::Part(anyhow!("it lacks {}{packed}", missing.join(" and ")))
    })
}

/// Archives in the folder, for a message.
fn packed(dir: &Path) -> String {
    const ENDINGS: [&str; 9] = [".zip", ".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tar.xz", ".7z", ".rar", ".gz"];
    let entries = dir.read_dir().into_iter().flatten().flatten();
    let mut names: Vec<String> = entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.retain(|name| !name.starts_with('.') && ENDINGS.iter().any(|ending| name.to_lowercase().ends_with(ending)));
    names.sort();
    match names.as_slice() {
        [] => String::new(),
        names => format!("; `{}` lies there packed: unpack it there", names.join("`, `")),
    }
}
