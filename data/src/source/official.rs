//! Files and archives at http(s) addresses.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use super::{Http, Staging};
use crate::check;
use crate::manifest::{Archive, Set};
use crate::unpack;

/// What a packed file may be longer than the unpacked one: nothing gets much longer by packing.
const SLACK: u64 = 1 << 20;

/// Fetches the files of a set that stand one by one at `base`.
pub(crate) fn fetch_files(
    base: &str,
    names: &[String],
    set: &Set,
    downloads: &Path,
    http: &Http,
    staging: &mut Staging,
) -> Result<()> {
    for name in names {
        let file = set.file_behind(name)?;
        let path = fetch(base, name, check::limit(file).saturating_add(SLACK), downloads, http)?;
        let packed = fs::File::open(&path).with_context(|| format!("can't read {}", path.display()))?;
        keep_if_good(staging.admit(name, file, packed), &path)?;
    }
    Ok(())
}

/// Fetches the archives at `base` and takes the files of the set out of them.
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

/// Downloads one file into a folder of its base address, so that two addresses' halves never mix.
pub(super) fn fetch(base: &str, name: &str, limit: u64, downloads: &Path, http: &Http) -> Result<PathBuf> {
    let folder: String = base.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
    let dir = downloads.join(folder);
    fs::create_dir_all(&dir).with_context(|| format!("can't make {}", dir.display()))?;
    let path = dir.join(name.replace('/', "_"));
    http.download(&format!("{base}{}", name.replace(' ', "%20")), &path, limit)?;
    Ok(path)
}

/// A download that fails its check must not be there when the next run looks for it.
pub(super) fn keep_if_good(result: Result<()>, path: &Path) -> Result<()> {
    if result.is_err() {
        let _ = fs::remove_file(path);
    }
    result
}
