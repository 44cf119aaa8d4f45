//! Extracts files of a data set from archives.
//!
//! Extracts only members that the manifest names, and under the manifest's names. Refuses an archive with a path that
//! leads out of its folder, and a member that is not a regular file.

use std::io::Read;
use std::path::{Component, Path};

use anyhow::{Context, Result, bail, ensure};
use flate2::read::MultiGzDecoder;

use crate::manifest::Members;
use crate::staging::{Staging, Target};
use crate::tar_members;

fn target<'a>(members: &'a Members, path: &'a str) -> Option<Target<'a>> {
    let below = |(member, folder): (&'a String, &'a String)| {
        let rest = path.strip_prefix(member.as_str()).filter(|rest| member.ends_with('/') && !rest.is_empty())?;
        Some(Target::Below(folder, rest))
    };
    members.get(path).map(|file| Target::File(file)).or_else(|| members.iter().find_map(below))
}

/// Extracts the members from an archive; the suffix of its name is its type.
///
/// # Errors
/// It cannot be read, has a path that is refused, or lacks a member.
pub(crate) fn archive(path: &Path, members: &Members, staging: &mut Staging) -> Result<()> {
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let open = || std::fs::File::open(path).with_context(|| format!("cannot read {}", path.display()));
    let ends = |suffixes: &[&str]| suffixes.iter().any(|suffix| name.ends_with(suffix));
    let result = if ends(&[".tar.gz", ".tgz"]) {
        tar(MultiGzDecoder::new(open()?), members, staging)
    } else if ends(&[".tar"]) {
        tar(open()?, members, staging)
    } else if ends(&[".zip", ".whl"]) {
        zip(open()?, members, staging)
    } else {
        bail!("unknown type of archive `{name}`: its name must end in .tar, .tar.gz, .tgz, .zip or .whl")
    };
    result.and_then(|()| staging.has_all(members)).with_context(|| format!("cannot unpack `{name}`"))
}

/// Extracts the members from a tar stream.
pub(crate) fn tar(stream: impl Read, members: &Members, staging: &mut Staging) -> Result<()> {
    tar_members::for_each(stream, |member| {
        let path = inside(&member.path)?;
        match target(members, &path) {
            Some(target) if !member.kind.is_dir() => {
                ensure!(member.kind.is_file(), "its member `{path}` is not a regular file");
                staging.admit_member(&path, &target, member.content)
            }
            _ => Ok(()),
        }
    })
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
            ensure!(entry.is_file() && !entry.is_symlink(), "its member `{path}` is not a regular file");
            staging.admit_member(&path, &target, entry)?;
        }
    }
    Ok(())
}

/// A member's path without `./`; an error if it leads out of the archive's folder.
fn inside(path: &Path) -> Result<String> {
    let mut parts = Vec::new();
    for part in path.components() {
        match part {
            Component::Normal(part) => parts.push(part.to_string_lossy()),
            Component::CurDir => {}
            _ => bail!("its member `{}` leads out of its folder", path.display()),
        }
    }
    Ok(parts.join("/"))
}
