//! Files and archives at http(s) addresses.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use super::Http;
use crate::check;
use crate::manifest::{Archive, File, Members, Set};
use crate::staging::Staging;
use crate::unpack;

/// How much longer a compressed file may be than the file itself.
const SLACK: u64 = 1 << 20;

/// Fetches single files of a set from `base`.
pub(crate) fn fetch_files(
    base: &str,
    names: &[String],
    set: &Set,
    downloads: &Path,
    http: &Http,
    staging: &mut Staging,
) -> Result<()> {
    names.iter().try_for_each(|name| fetch_file(base, name, set.file_behind(name)?, downloads, http, staging))
}

/// Fetches single files that have another name at `base`.
pub(crate) fn fetch_renamed(
    base: &str,
    renamed: &Members,
    set: &Set,
    downloads: &Path,
    http: &Http,
    staging: &mut Staging,
) -> Result<()> {
    renamed.iter().try_for_each(|(name, file)| fetch_file(base, name, set.file_behind(file)?, downloads, http, staging))
}

fn fetch_file(base: &str, name: &str, file: &File, downloads: &Path, http: &Http, staging: &mut Staging) -> Result<()> {
    let path = fetch(base, name, check::limit(file).saturating_add(SLACK), downloads, http)?;
    let packed = fs::File::open(&path).with_context(|| format!("cannot read {}", path.display()))?;
    keep_if_good(staging.admit(name, file, packed), &path)
}

/// Fetches the archives at `base` and extracts the files of the set.
pub(crate) fn fetch_archives(
    base: &str,
    archives: &[Archive],
    downloads: &Path,
    http: &Http,
    staging: &mut Staging,
) -> Result<()> {
    for archive in archives {
        let path = fetch(base, &archive.name, archive.max_bytes, downloads, http)?;
        let whole = archive.sha256.as_deref().map_or(Ok(()), |sha256| check::check_sha256(sha256, &path));
        keep_if_good(whole.and_then(|()| unpack::archive(&path, &archive.members, staging)), &path)?;
    }
    Ok(())
}

/// Downloads one file into a folder for its base address, so that partial downloads of two addresses never mix.
pub(super) fn fetch(base: &str, name: &str, limit: u64, downloads: &Path, http: &Http) -> Result<PathBuf> {
    let folder: String = base.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
    let dir = downloads.join(folder);
    fs::create_dir_all(&dir).with_context(|| format!("cannot create {}", dir.display()))?;
    let path = dir.join(name.replace('/', "_"));
    http.download(&format!("{base}{}", name.replace(' ', "%20")), &path, limit)?;
    Ok(path)
}

/// Removes a download that fails its check, so that the next run does not find it.
pub(super) fn keep_if_good(result: Result<()>, path: &Path) -> Result<()> {
    if result.is_err() {
        let _ = fs::remove_file(path);
    }
    result
}
