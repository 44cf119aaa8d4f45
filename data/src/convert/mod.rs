//! Converters for sources that have the data in another format: images in files of their own, or as text.

mod cifar10_jpeg;
mod quickdraw_js;

use std::io::Read;
use std::path::Path;

use anyhow::{Context, Result, anyhow};

use crate::source::Staging;

/// Converts one member of an archive to a file of the set.
pub(crate) fn member(converter: &str, from: &mut dyn Read) -> Result<Vec<u8>> {
    match converter {
        "quickdraw-js" => quickdraw_js::convert(from),
        _ => Err(unknown(converter)),
    }
}

/// Converts an archive to all files of the set, and passes them to `staging`.
pub(crate) fn run(converter: &str, archive: &Path, staging: &mut Staging) -> Result<()> {
    let result = match converter {
        "cifar10-jpeg" => cifar10_jpeg::convert(archive, staging),
        _ => return Err(unknown(converter)),
    };
    result.with_context(|| format!("cannot convert {}", archive.display()))
}

fn unknown(converter: &str) -> anyhow::Error {
    anyhow!("unknown converter `{converter}` in data/datasets.toml")
}
