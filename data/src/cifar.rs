//! The binary form of CIFAR-10: one record per image, a label from 0 to 9 and then 32 x 32 bytes of red, of green and
//! of blue, each row by row from the top left. No header.

use std::io::Read;

use anyhow::{Result, ensure};

/// Pixels along each side of an image.
pub(crate) const SIDE: usize = 32;

/// Bytes of a record.
pub(crate) const RECORD: usize = 1 + 3 * SIDE * SIDE;

/// Classes, and so the bound of labels.
pub(crate) const CLASSES: u8 = 10;

/// The files of the set with the number of images in each: five to learn from, one to test with.
pub(crate) const FILES: [&str; 6] = [
    "data_batch_1.bin",
    "data_batch_2.bin",
    "data_batch_3.bin",
    "data_batch_4.bin",
    "data_batch_5.bin",
    "test_batch.bin",
];

/// The file with the names of the classes, a line each, in the order of their labels.
pub(crate) const NAMES: &str = "batches.meta.txt";

/// A label and the image's bytes.
pub(crate) type Record = [u8; RECORD];

/// The length of a file of so many images.
pub(crate) fn length(images: u32) -> u64 {
    RECORD as u64 * u64::from(images)
}

/// Puts the pixels `[row][column][channel]`, as images usually lie in memory, into a record.
pub(crate) fn record(label: u8, pixels: &[u8]) -> Record {
    let mut record = [label; RECORD];
    for (i, pixel) in pixels.chunks_exact(3).take(SIDE * SIDE).enumerate() {
        for (channel, &value) in pixel.iter().enumerate() {
            record[1 + channel * SIDE * SIDE + i] = value;
        }
    }
    record
}

/// Checks that a file holds so many records, with labels that there are.
pub(crate) fn check(mut from: impl Read, images: u32) -> Result<()> {
    let mut bytes = Vec::new();
    from.by_ref().take(length(images) + 1).read_to_end(&mut bytes)?;
    let expected = length(images);
    ensure!(
        bytes.len() as u64 == expected,
        "it has {} bytes where {images} images need {expected}",
        if bytes.len() as u64 > expected { "more".to_string() } else { bytes.len().to_string() }
    );
    let wrong = bytes.chunks_exact(RECORD).position(|record| record[0] >= CLASSES);
    ensure!(wrong.is_none(), "image {} in it has a label over 9", wrong.unwrap_or_default());
    Ok(())
}
