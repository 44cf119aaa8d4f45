//! CIFAR-10, and sets in its binary form: 32 × 32 colour images of ten classes.
//!
//! A file is a sequence of records: one byte for the class, then 32 × 32 bytes each of red, green and blue.
//! Krizhevsky, "Learning Multiple Layers of Features from Tiny Images", 2009.

use anyhow::{Context, Result, ensure};
use ndarray::Array4;
use std::fs;
use std::path::Path;
use tch::{Kind, Tensor};

/// Pixels along each side.
const SIDE: usize = 32;
/// Bytes of a record.
const RECORD: usize = 1 + 3 * SIDE * SIDE;
/// Classes.
const CLASSES: usize = 10;

/// Images with their classes.
#[derive(Debug)]
pub struct LabeledImages {
    /// `[n, 32, 32, 3]`, f32 in [0, 1]: Keras' layout.
    pub images: Tensor,
    /// `[n]`, int64 in 0..10.
    pub labels: Tensor,
}

impl LabeledImages {
    /// Number of images.
    pub fn len(&self) -> i64 {
        self.labels.numel() as i64
    }

    /// Whether there are no images.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The images in these rows (int64, `[k]`).
    pub fn rows(&self, rows: &Tensor) -> LabeledImages {
        LabeledImages { images: self.images.index_select(0, rows), labels: self.labels.index_select(0, rows) }
    }

    /// Images and labels on a device.
    pub fn to_device(&self, device: tch::Device) -> LabeledImages {
        LabeledImages { images: self.images.to_device(device), labels: self.labels.to_device(device) }
    }
}

/// The first `count` of the 50,000 training images.
///
/// # Errors
/// A file is missing or damaged, or there are fewer images.
pub fn train(dir: &Path, count: i64) -> Result<LabeledImages> {
    let files: Vec<String> = (1..=5).map(|batch| format!("data_batch_{batch}.bin")).collect();
    read(dir, &files, count)
}

/// The first `count` of the 10,000 test images.
///
/// # Errors
/// As for [`train`].
pub fn test(dir: &Path, count: i64) -> Result<LabeledImages> {
    read(dir, &["test_batch.bin".to_string()], count)
}

/// The names of the ten classes, in the order of their numbers.
///
/// # Errors
/// The file is missing or has another number of names.
pub fn class_names(dir: &Path) -> Result<Vec<String>> {
    let path = dir.join("batches.meta.txt");
    let text = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
    let names: Vec<String> = text.lines().map(|line| line.trim().to_string()).filter(|line| !line.is_empty()).collect();
    ensure!(names.len() == CLASSES, "{} has {} names for {CLASSES} classes", path.display(), names.len());
    Ok(names)
}

/// Reads records from memory: the classes, and the images `[n, channels, height, width]`.
///
/// # Errors
/// The bytes are not a multiple of the record size, or a class is over 9.
pub fn parse(bytes: &[u8]) -> Result<(Vec<u8>, Array4<u8>)> {
    ensure!(bytes.len().is_multiple_of(RECORD), "{} bytes are not a multiple of the record size {RECORD}", bytes.len());
    let records = bytes.chunks_exact(RECORD);
    let labels: Vec<u8> = records.clone().map(|record| record[0]).collect();
    let wrong = labels.iter().position(|&label| usize::from(label) >= CLASSES);
    ensure!(wrong.is_none(), "image {} has a class over 9", wrong.unwrap_or_default());
    let pixels: Vec<u8> = records.flat_map(|record| &record[1..]).copied().collect();
    let images = Array4::from_shape_vec((labels.len(), 3, SIDE, SIDE), pixels)?;
    Ok((labels, images))
}

/// Reads files until there are enough images.
fn read(dir: &Path, files: &[String], count: i64) -> Result<LabeledImages> {
    let (mut images, mut labels) = (vec![], vec![]);
    let mut left = count;
    for file in files {
        let path = dir.join(file);
        let bytes = fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
        let (classes, planes) = parse(&bytes).with_context(|| {
            format!("{} is damaged: move it away and fetch it again with `cargo book data fetch`", path.display())
        })?;
        let n = left.min(classes.len() as i64);
        labels.push(Tensor::from_slice(&classes).narrow(0, 0, n).to_kind(Kind::Int64));
        let planes = Tensor::from_slice(&planes.into_raw_vec_and_offset().0).view([-1, 3, SIDE as i64, SIDE as i64]);
        images.push(planes.narrow(0, 0, n).permute([0, 2, 3, 1]).contiguous().to_kind(Kind::Float) / 255.0);
        left -= n;
        if left == 0 {
            break;
        }
    }
    ensure!(left == 0, "{} holds only {} images, not {count}", dir.display(), count - left);
    Ok(LabeledImages { images: Tensor::cat(&images, 0), labels: Tensor::cat(&labels, 0) })
}
