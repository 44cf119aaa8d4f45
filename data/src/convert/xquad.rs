//! SQuAD's two files from the English part of XQuAD: 240 paragraphs of SQuAD's development set, in the same format.

use std::path::Path;

use anyhow::{Context, Result, ensure};

use crate::squad::Squad;
use crate::staging::{Staging, Target};

/// One article in this many becomes the development set.
const HELD_OUT: usize = 5;

/// Passes all files of the set to `staging`. Whole articles are held out, so that no topic is in both files.
pub(super) fn convert(path: &Path, staging: &mut Staging) -> Result<()> {
    let Squad { version, data } = Squad::read(path)?;
    ensure!(data.len() >= HELD_OUT, "it has only {} articles", data.len());
    let (train, dev): (Vec<_>, Vec<_>) =
        data.into_iter().enumerate().partition(|(number, _)| (number + 1) % HELD_OUT != 0);
    for (name, articles) in [("train-v1.1.json", train), ("dev-v1.1.json", dev)] {
        let data = articles.into_iter().map(|(_, article)| article).collect();
        let bytes = serde_json::to_vec(&Squad { version: version.clone(), data }).context("cannot write JSON")?;
        staging.admit_member(name, &Target::File(name), &bytes[..])?;
    }
    Ok(())
}
