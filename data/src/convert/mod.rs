//! Sets made from data of another form: images as files, where the set has them in a few large ones, or as text.

mod cifar10_jpeg;
mod quickdraw_js;

use std::io::Read;
use std::path::Path;

use anyhow::{Context, Result, anyhow};

use crate::source::Staging;

/// The file of a set that the converter of that name makes from one member of an archive.
pub(crate) fn member(converter: &str, from: &mut dyn Read) -> Result<Vec<u8>> {
    match converter {
        "quickdraw-js" => quickdraw_js::convert(from),
        _ => Err(unknown(converter)),
    }
}

/// Runs the converter of that name on an archive; it gives all files of the set to `staging`.
pub(crate) fn run(converter: &str, archive: &Path, staging: &mut Staging) -> Result<()> {
    let result = match converter {
        "cifar10-jpeg" => cifar10_jpeg::convert(archive, staging),
        _ => return Err(unknown(converter)),
    };
    result.with_context(|| format!("can't use {}", archive.display()))
}

fn unknown(converter: &str) -> anyhow::Error {
    anyhow!("data/datasets.toml names a converter that isn't there: `{converter}`")
}
