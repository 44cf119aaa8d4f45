//! Sets made from archives of another form: pictures as files, where the set has them in a few large ones.

mod cifar10_jpeg;

use std::path::Path;

use anyhow::{Context, Result, bail};

use crate::source::Staging;

/// Runs the converter of that name on an archive; it gives all files of the set to `staging`.
pub(crate) fn run(converter: &str, archive: &Path, staging: &mut Staging) -> Result<()> {
    let result = match converter {
        "cifar10-jpeg" => cifar10_jpeg::convert(archive, staging),
        _ => bail!("data/datasets.toml names a converter that isn't there: `{converter}`"),
    };
    result.with_context(|| format!("can't use {}", archive.display()))
}
