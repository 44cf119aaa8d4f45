//! The images of the rows.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};

use super::{Table, is_image};

/// The images of a table, in a folder.
#[derive(Clone, Debug)]
pub struct Images {
    /// The file of each row of the table; `None` if it is missing.
    pub paths: Vec<Option<PathBuf>>,
    /// Images without a row, by name, sorted.
    pub extra: Vec<String>,
}

impl Images {
    /// Finds the image of each row in `folder`, at any depth below it. An image may have another ending than in the table
    /// (`.JPG`, `.jpeg`, `.png`).
    ///
    /// # Errors
    /// The folder cannot be read.
    pub fn find(table: &Table, folder: &Path) -> Result<Images> {
        let mut files = BTreeMap::new();
        walk(folder, &mut files)?;
        let mut by_stem: HashMap<&str, &str> = HashMap::new();
        for name in files.keys() {
            by_stem.entry(stem(name)).or_insert(name);
        }
        let named = |name: &String| {
            let found = files.get_key_value(name);
            found.or_else(|| files.get_key_value(*by_stem.get(stem(name))?))
        };
        let found: Vec<Option<(&String, &PathBuf)>> = table.names.iter().map(named).collect();
        let used: HashSet<&String> = found.iter().flatten().map(|(name, _)| *name).collect();
        let extra = files.keys().filter(|name| !used.contains(name)).cloned().collect();
        Ok(Images { paths: found.into_iter().map(|file| file.map(|(_, path)| path.clone())).collect(), extra })
    }

    /// An error that names the images that are missing, or that have no row.
    pub(crate) fn match_all(&self, table: &Table, table_name: &str, folder: &str) -> Result<()> {
        let missing: Vec<&str> =
            table.names.iter().zip(&self.paths).filter(|(_, path)| path.is_none()).map(|(name, _)| &**name).collect();
        let (all, none) = (table.names.len(), missing.len() == table.names.len());
        let alike = match self.extra.first() {
            Some(name) if none => format!("; its images have names like {name}"),
            _ => String::new(),
        };
        ensure!(
            missing.is_empty(),
            "`{folder}` lacks {} of the {all} images of `{table_name}`: {}{alike}; unpack the missing ones",
            missing.len(),
            few(&missing)
        );
        ensure!(
            self.extra.is_empty(),
            "`{table_name}` has no row for {} of the images in `{folder}`: {}; move what does not belong there away",
            self.extra.len(),
            few(&self.extra)
        );
        Ok(())
    }
}

/// The first names of a list.
fn few(names: &[impl AsRef<str>]) -> String {
    let first: Vec<&str> = names.iter().take(3).map(AsRef::as_ref).collect();
    format!("{}{}", first.join(", "), if names.len() > 3 { ", ..." } else { "" })
}

fn stem(name: &str) -> &str {
    name.rsplit_once('.').map_or(name, |(stem, _)| stem)
}

/// The images below a folder, by name.
fn walk(dir: &Path, files: &mut BTreeMap<String, PathBuf>) -> Result<()> {
    let failed = || format!("cannot read the folder {}", dir.display());
    for entry in fs::read_dir(dir).with_context(failed)? {
        let entry = entry.with_context(failed)?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if entry.file_type().with_context(failed)?.is_dir() {
            walk(&entry.path(), files)?;
        } else if is_image(&name) {
            files.insert(name, entry.path());
        }
    }
    Ok(())
}
