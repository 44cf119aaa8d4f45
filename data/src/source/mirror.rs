//! The mirror: a folder or an http(s) address with `<set>/<file>` or `<set>/<file>.gz` for every file of a set.

use std::fs::File;
use std::path::Path;

use anyhow::{Context, Result, bail, ensure};

use super::http::NotThere;
use super::{Http, Staging, official};
use crate::folder;
use crate::manifest::Set;

/// Fetches all files of a set from the mirror at `place`.
pub(crate) fn fetch(place: &str, set: &Set, downloads: &Path, http: &Http, staging: &mut Staging) -> Result<()> {
    if place.starts_with("http://") || place.starts_with("https://") {
        from_address(place, set, downloads, http, staging)
    } else {
        from_folder(Path::new(place), set, staging)
    }
}

fn from_folder(place: &Path, set: &Set, staging: &mut Staging) -> Result<()> {
    ensure!(place.is_dir(), "there is no folder {}", place.display());
    let dir = place.join(&set.name);
    ensure!(dir.is_dir(), "it has no folder `{}`", set.name);
    for file in &set.files {
        let mut names = file.names().flat_map(|name| [name.clone(), format!("{name}.gz")]);
        let Some(name) = names.find(|name| dir.join(name).is_file()) else {
            bail!("{} has no `{}`, with or without .gz", dir.display(), file.name);
        };
        let path = dir.join(&name);
        let from = File::open(&path).with_context(|| format!("can't read {}", path.display()))?;
        staging.admit(&name, file, from).with_context(|| format!("with {}", path.display()))?;
    }
    for folder in &set.folders {
        let root = dir.join(&folder.name);
        for path in folder::paths(folder, &root)? {
            let from = root.join(&path);
            let file = File::open(&from).with_context(|| format!("can't read {}", from.display()))?;
            staging.admit_below(folder, &path, file)?;
        }
    }
    Ok(())
}

fn from_address(place: &str, set: &Set, downloads: &Path, http: &Http, staging: &mut Staging) -> Result<()> {
    if let Some(folder) = set.folders.first() {
        bail!("`{}` is a folder of many files, which only a mirror in a folder can have", folder.name);
    }
    let base = format!("{}/{}/", place.trim_end_matches('/'), set.name);
    for file in &set.files {
        let fetch =
            |name: String, staging: &mut Staging| official::fetch_files(&base, &[name], set, downloads, http, staging);
        match fetch(format!("{}.gz", file.name), staging) {
            Err(error) if error.is::<NotThere>() => fetch(file.name.clone(), staging)?,
            result => result?,
        }
    }
    Ok(())
}
