//! The mirror: a folder or an http(s) address with `<set>/<file>` or `<set>/<file>.gz` for every file of a set, or with the
//! official archive as it is. The sets of a family share one folder: `quickdraw/camel.npy`.

use std::fs::File;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};

use super::http::NotThere;
use super::location::{self, Location};
use super::{Http, official};
use crate::convert;
use crate::folder;
use crate::manifest::{self, Archive, Mirrored, Set, Source};
use crate::near::nearest;
use crate::staging::Staging;
use crate::{check, unpack};

/// Fetches all files of a set from the mirror at `place`.
pub(crate) fn fetch(place: &str, set: &Set, downloads: &Path, http: &Http, staging: &mut Staging) -> Result<()> {
    match location::parse(place)? {
        Location::Address(base) => from_address(&base, set, downloads, http, staging),
        Location::Folder(folder) => from_folder(&folder, set, staging),
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
    let folder = match location::parse(place)? {
        Location::Address(base) => {
            let path = official::fetch(&address(&base, set), archive, *max_bytes, downloads, http)?;
            return official::keep_if_good(convert::run(converter, &path, staging), &path);
        }
        Location::Folder(folder) => folder,
    };
    let path = folder.join(set.stem()).join(archive);
    let length = std::fs::metadata(&path).ok().filter(|about| about.is_file()).map(|about| about.len());
    let length = length.with_context(|| format!("there is no {}", path.display()))?;
    ensure!(length <= *max_bytes, "{} is longer than {max_bytes} bytes", path.display());
    convert::run(converter, &path, staging)
}

/// The base address of a set's files at a mirror.
fn address(base: &str, set: &Set) -> String {
    format!("{base}/{}/", set.stem())
}

fn from_folder(place: &Path, set: &Set, staging: &mut Staging) -> Result<()> {
    ensure!(place.is_dir(), "there is no folder {}", place.display());
    let dir = place.join(set.stem());
    ensure!(dir.is_dir(), "it has no folder `{}`{}", set.stem(), near(place, set.stem()));
    from_dir(&dir, set, staging)
}

/// Takes all files of a set out of the folder `dir`: plain, packed, or in the official archive.
pub(crate) fn from_dir(dir: &Path, set: &Set, staging: &mut Staging) -> Result<()> {
    let mut missing = Vec::new();
    for file in &set.files {
        let Some(path) = lying(dir, set, file) else {
            missing.push((file.name.as_str(), ", with or without .gz"));
            continue;
        };
        let from = File::open(&path).with_context(|| format!("cannot read {}", path.display()))?;
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        staging.admit(&name, file, from).with_context(|| format!("cannot use {}", path.display()))?;
    }
    for folder in &set.folders {
        let root = dir.join(&folder.name);
        if !folder::is_in(folder, dir) {
            missing.push(match folder.name.as_str() {
                "." => (folder.ending.as_str(), " files"),
                name => (name, ""),
            });
            continue;
        }
        for path in folder::paths(folder, &root)? {
            let from = root.join(&path);
            let file = File::open(&from).with_context(|| format!("cannot read {}", from.display()))?;
            staging.admit_below(folder, &path, file)?;
        }
    }
    let Some((name, packed)) = missing.first() else { return Ok(()) };
    let archives: Vec<&Archive> = archives(set).filter(|archive| dir.join(&archive.name).is_file()).collect();
    if archives.is_empty() {
        bail!("{} has no `{name}`{packed}{}", dir.display(), near(dir, name));
    }
    for archive in archives {
        let path = dir.join(&archive.name);
        archive.sha256.as_deref().map_or(Ok(()), |sha256| check::check_sha256(sha256, &path))?;
        unpack::archive(&path, &archive.members, staging)?;
    }
    Ok(())
}

/// Whether a folder seems to have all files of the set, in forms that [`from_dir`] takes.
pub(crate) fn has_all(set: &Set, dir: &Path) -> bool {
    let files = set.files.iter().all(|file| lying(dir, set, file).is_some());
    let folders = set.folders.iter().all(|folder| folder::is_in(folder, dir));
    (files && folders) || archives(set).any(|archive| dir.join(&archive.name).is_file())
}

/// The archives of the official sources.
fn archives(set: &Set) -> impl Iterator<Item = &Archive> {
    set.sources.iter().flat_map(|source| match source {
        Source::Official { archives, .. } => archives.as_slice(),
        _ => &[],
    })
}

/// Where a file of the set lies in the folder: under one of its names, with or without .gz, or where the official archive
/// has it once it is unpacked.
fn lying(dir: &Path, set: &Set, file: &manifest::File) -> Option<PathBuf> {
    let members = archives(set).flat_map(|archive| &archive.members);
    let unpacked = members.filter(|(_, to)| file.names().any(|name| name == *to)).map(|(member, _)| member.clone());
    let mut names = file.names().flat_map(|name| [name.clone(), format!("{name}.gz")]).chain(unpacked);
    names.find(|name| dir.join(name).is_file()).map(|name| dir.join(name))
}

/// "; it has `Apple2Orange`: ...", if the folder has a name that is probably meant.
fn near(dir: &Path, name: &str) -> String {
    let entries = dir.read_dir().into_iter().flatten().flatten();
    let names = entries.map(|entry| entry.file_name().to_string_lossy().into_owned());
    match nearest(name, names) {
        Some(near) => format!("; it has `{near}`: rename that to `{name}` if it is meant"),
        None => String::new(),
    }
}

fn from_address(base: &str, set: &Set, downloads: &Path, http: &Http, staging: &mut Staging) -> Result<()> {
    if let Some(folder) = set.folders.first() {
        bail!(
            "`{}` is a folder of many files: only a mirror that is a folder can have it, not one at an address",
            folder.name
        );
    }
    let base = address(base, set);
    match single_files(&base, set, downloads, http, staging) {
        // Then it may have the official archive as it is.
        Err(error) if error.is::<NotThere>() => {
            for archive in archives(set) {
                match official::fetch_archives(&base, std::slice::from_ref(archive), downloads, http, staging) {
                    Err(error) if error.is::<NotThere>() => {}
                    result => return result,
                }
            }
            Err(error)
        }
        result => result,
    }
}

fn single_files(base: &str, set: &Set, downloads: &Path, http: &Http, staging: &mut Staging) -> Result<()> {
    for file in &set.files {
        let fetch =
            |name: String, staging: &mut Staging| official::fetch_files(base, &[name], set, downloads, http, staging);
        match fetch(format!("{}.gz", file.name), staging) {
            Err(error) if error.is::<NotThere>() => fetch(file.name.clone(), staging)?,
            result => result?,
        }
    }
    Ok(())
}
