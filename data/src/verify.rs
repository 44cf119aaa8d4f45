//! Checks a data set in the cache against the manifest and against the record of its origin.

use std::path::Path;

use anyhow::{Result, bail};

use crate::check;
use crate::choice::Choice;
use crate::family::quoted;
use crate::folder;
use crate::hand;
use crate::manifest::Set;
use crate::origin::{FileRecord, Origin};

/// The problems of a set in its folder.
pub(crate) fn problems(set: &Set, dir: &Path, synthetic: bool) -> Vec<String> {
    if !Origin::is_in(dir) {
        let choice = if synthetic { Choice::Synthetic } else { Choice::Real };
        let mut problems = vec![format!(
            "its files have not been checked; check them with: cargo book data fetch {} --data {choice}",
            quoted(&set.name)
        )];
        if synthetic {
            return problems;
        }
        let found = match hand::look(set, dir) {
            Ok(hand::Found::Part(error)) | Err(error) => Some(format!("{error:#}")),
            Ok(_) => None,
        };
        problems.extend(found);
        return problems;
    }
    let origin = match Origin::read(dir) {
        Ok(origin) => origin,
        Err(error) => return vec![format!("{error:#}")],
    };
    let unchanged = |found: Result<FileRecord>| {
        let found = found?;
        if !origin.files.contains(&found) {
            bail!("`{}` has changed since it was fetched", found.name);
        }
        Ok(())
    };
    let files = set.files.iter().map(|file| check::check_file(file, synthetic, dir));
    let folders = set.folders.iter().map(|folder| folder::check(folder, synthetic, dir));
    let tables = check::match_tables(set, dir);
    let checked = files.chain(folders).map(unchanged).chain([tables]);
    checked.filter_map(Result::err).map(|error| format!("{error:#}")).collect()
}
