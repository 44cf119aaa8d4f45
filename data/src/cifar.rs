//! Checks files in CIFAR-10's binary format.

use std::io::Read;

use anyhow::{Result, ensure};
use synthetic::format::cifar::{CLASSES, RECORD};

/// The length of a file with this number of images.
pub(crate) fn length(images: u32) -> u64 {
    RECORD as u64 * u64::from(images)
}

/// Checks the number of records and their labels.
pub(crate) fn check(mut from: impl Read, images: u32) -> Result<()> {
    let mut bytes = Vec::new();
    from.by_ref().take(length(images) + 1).read_to_end(&mut bytes)?;
    let expected = length(images);
    ensure!(
        bytes.len() as u64 == expected,
        "it has {} bytes, but {images} images need {expected}",
        if bytes.len() as u64 > expected { "more".to_string() } else { bytes.len().to_string() }
    );
    let wrong = bytes.chunks_exact(RECORD).position(|record| record[0] >= CLASSES);
    ensure!(wrong.is_none(), "the label of image {} is greater than 9", wrong.unwrap_or_default());
    Ok(())
}
