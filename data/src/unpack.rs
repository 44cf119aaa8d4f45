//! Taking files of a data set out of archives.
//!
//! Only members that the manifest names are taken, and they land under the manifest's names, never under the archive's.
//! An archive with a path that leads out of its folder is refused as a whole, and so is a wanted member that isn't a
//! plain file.

use std::io::Read;
use std::path::{Component, Path};

use anyhow::{Context, Result, bail, ensure};
use flate2::read::MultiGzDecoder;

use crate::manifest::Members;
use crate::source::Staging;

/// What a path of an archive stands for.
pub(crate) enum Target<'a> {
    /// A file of the set.
    File(&'a str),
    /// A file of one of the set's folders, and its path below that.
    Below(&'a str, &'a str),
}

fn target<'a>(members: &'a Members, path: &'a str) -> Option<Target<'a>> {
    let below = |(member, folder): (&'a String, &'a String)| {
        let rest = path.strip_prefix(member.as_str()).filter(|rest| member.ends_with('/') && !rest.is_empty())?;
        Some(Target::Below(folder, rest))
    };
    members.get(path).map(|file| Target::File(file)).or_else(|| members.iter().find_map(below))
}

/// Takes the members out of an archive, whose kind the end of its name tells.
///
/// # Errors
/// When it can't be read, holds what it should not, or lacks a member.
pub(crate) fn archive(path: &Path, members: &Members, staging: &mut Staging) -> Result<()> {
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let open = || std::fs::File::open(path).with_context(|| format!("can't read {}", path.display()));
    let ends = |suffixes: &[&str]| suffixes.iter().any(|suffix| name.ends_with(suffix));
    let result = if ends(&[".tar.gz", ".tgz"]) {
        tar(MultiGzDecoder::new(open()?), members, staging)
    } else if ends(&[".tar"]) {
        tar(open()?, members, staging)
    } else if ends(&[".zip", ".whl"]) {
        zip(open()?, members, staging)
    } else {
        bail!("can't tell what kind of archive `{name}` is: it should end in .tar, .tar.gz, .tgz, .zip or .whl")
    };
    result.and_then(|()| staging.has_all(members)).with_context(|| format!("can't unpack `{name}`"))
}

/// Takes the members out of a tar stream.
pub(crate) fn tar(stream: impl Read, members: &Members, staging: &mut Staging) -> Result<()> {
    let mut archive = tar::Archive::new(stream);
    for entry in archive.entries()? {
        let entry = entry?;
        let path = inside(&entry.path()?)?;
        if entry.header().entry_type().is_dir() {
            continue;
        }
        if let Some(target) = target(members, &path) {
            ensure!(entry.header().entry_type().is_file(), "`{path}` in it is no plain file");
            staging.admit_member(&path, &target, entry)?;
        }
    }
    Ok(())
}

fn zip(file: std::fs::File, members: &Members, staging: &mut Staging) -> Result<()> {
    let mut archive = zip::ZipArchive::new(file)?;
    for i in 0..archive.len() {
        let entry = archive.by_index(i)?;
        let path = inside(Path::new(entry.name()))?;
        if entry.is_dir() {
            continue;
        }
        if let Some(target) = target(members, &path) {
            ensure!(entry.is_file() && !entry.is_symlink(), "`{path}` in it is no plain file");
            staging.admit_member(&path, &target, entry)?;
        }
    }
    Ok(())
}

/// A member's path without `./`, or an error where it leads out of the archive's folder.
fn inside(path: &Path) -> Result<String> {
    let mut parts = Vec::new();
    for part in path.components() {
        match part {
            Component::Normal(part) => parts.push(part.to_string_lossy()),
            Component::CurDir => {}
            _ => bail!("it holds `{}`, a path that leads out of its folder", path.display()),
        }
    }
    Ok(parts.join("/"))
}
