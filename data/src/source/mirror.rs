//! The mirror: a folder or an http(s) address with `<set>/<file>` or `<set>/<file>.gz` for every file of a set. The sets
//! of a family share one folder: `quickdraw/camel.npy`.

use std::fs::File;
use std::path::Path;

use anyhow::{Context, Result, bail, ensure};

use super::http::NotThere;
use super::{Http, official};
use crate::convert;
use crate::folder;
use crate::manifest::{Mirrored, Set};
use crate::staging::Staging;

/// Fetches all files of a set from the mirror at `place`.
pub(crate) fn fetch(place: &str, set: &Set, downloads: &Path, http: &Http, staging: &mut Staging) -> Result<()> {
    if is_address(place) {
        from_address(place, set, downloads, http, staging)
    } else {
        from_folder(Path::new(place), set, staging)
    }
}

/// Converts an archive of the mirror at `place` to all files of a set.
pub(crate) fn convert(
    place: &str,
    source: &Mirrored,
    set: &Set,
    downloads: &Path,
    http: &Http,
    staging: &mut Staging,
) -> Result<()> {
    let Mirrored { archive, max_bytes, converter, .. } = source;
    if is_address(place) {
        let path = official::fetch(&address(place, set), archive, *max_bytes, downloads, http)?;
        return official::keep_if_good(convert::run(converter, &path, staging), &path);
    }
    let path = Path::new(place).join(set.stem()).join(archive);
    let length = std::fs::metadata(&path).ok().filter(|about| about.is_file()).map(|about| about.len());
    let length = length.with_context(|| format!("there is no {}", path.display()))?;
    ensure!(length <= *max_bytes, "{} is longer than {max_bytes} bytes", path.display());
    convert::run(converter, &path, staging)
}

fn is_address(place: &str) -> bool {
    place.starts_with("http://") || place.starts_with("https://")
}

/// The base address of a set's files at a mirror.
fn address(place: &str, set: &Set) -> String {
    format!("{}/{}/", place.trim_end_matches('/'), set.stem())
}

fn from_folder(place: &Path, set: &Set, staging: &mut Staging) -> Result<()> {
    ensure!(place.is_dir(), "there is no folder {}", place.display());
    let dir = place.join(set.stem());
    ensure!(dir.is_dir(), "it has no folder `{}`", set.stem());
    for file in &set.files {
        let mut names = file.names().flat_map(|name| [name.clone(), format!("{name}.gz")]);
        let Some(name) = names.find(|name| dir.join(name).is_file()) else {
            bail!("{} has no `{}`, with or without .gz", dir.display(), file.name);
        };
        let path = dir.join(&name);
        let from = File::open(&path).with_context(|| format!("cannot read {}", path.display()))?;
        staging.admit(&name, file, from).with_context(|| format!("cannot use {}", path.display()))?;
    }
    for folder in &set.folders {
        let root = dir.join(&folder.name);
        for path in folder::paths(folder, &root)? {
            let from = root.join(&path);
            let file = File::open(&from).with_context(|| format!("cannot read {}", from.display()))?;
            staging.admit_below(folder, &path, file)?;
        }
    }
    Ok(())
}

fn from_address(place: &str, set: &Set, downloads: &Path, http: &Http, staging: &mut Staging) -> Result<()> {
    if let Some(folder) = set.folders.first() {
        bail!(
            "`{}` is a folder of many files: only a mirror that is a folder can have it, not one at an address",
            folder.name
        );
    }
    let base = address(place, set);
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
