//! Images that stay on disk and are decoded on demand.

use super::batches::Batches;
use super::prefetch::Prefetch;
use crate::{images, note, transfer};
use anyhow::{Result, bail, ensure};
use image::DynamicImage;
use image::imageops::FilterType;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use tch::{Device, Kind, Tensor};

/// Number of batches that are prefetched.
const AHEAD: usize = 4;
/// Number of missing or damaged images that are tolerated.
const SKIPPED_AT_MOST: usize = 50;

/// How images get their size.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Resizing {
    /// Takes the nearest pixel and ignores proportions.
    Nearest,
    /// Keeps proportions: cuts the image's middle out and averages pixels.
    Cropped,
}

/// Image files (JPEG, PNG, WebP, GIF, BMP, TIFF, PGM; their content decides, not their names), resized to one size.
///
/// Resizing takes the nearest pixel and ignores proportions, as the book's `ImageDataGenerator` does by default, so
/// that losses are comparable with the book's. Output pixel i is input pixel floor((i + 0.5) · from / to).
#[derive(Debug)]
pub struct ImageFiles {
    paths: Vec<PathBuf>,
    /// Height, width, channels.
    shape: [usize; 3],
    resizing: Resizing,
    /// Whether the next file stands in for one that cannot be read.
    replacing: bool,
    skipped: Mutex<BTreeSet<usize>>,
    skipped_at_most: usize,
}

/// A batch of images with their numbers.
#[derive(Debug)]
pub struct Batch {
    /// Number of each image in the list of files, without skipped images.
    pub rows: Vec<usize>,
    /// `[n, height, width, channels]`, bytes.
    bytes: Tensor,
}

impl Batch {
    /// The images `[n, height, width, channels]` in [0, 1], on a device.
    pub fn images(&self, device: Device) -> Tensor {
        transfer::copy_non_blocking(&self.bytes, device).to_kind(Kind::Float) / 255.0
    }
}

impl ImageFiles {
    /// Files to be resized to this height and width, with 1 (grey) or 3 (RGB) channels.
    ///
    /// # Errors
    /// There are no files, or the shape is invalid.
    pub fn new(paths: Vec<PathBuf>, shape: [usize; 3]) -> Result<ImageFiles> {
        ensure!(!paths.is_empty(), "there are no images");
        let [height, width, channels] = shape;
        ensure!(height > 0 && width > 0 && matches!(channels, 1 | 3), "images cannot have the shape {shape:?}");
        let (resizing, replacing, skipped_at_most) = (Resizing::Nearest, false, SKIPPED_AT_MOST);
        Ok(ImageFiles { paths, shape, resizing, replacing, skipped: Mutex::default(), skipped_at_most })
    }

    /// Keeps proportions: images are cut to the proportions wanted, from their middle, and scaled with a triangle filter as
    /// wide as a new pixel, as the resizing of the book's CycleGAN does.
    pub fn cropped(self) -> ImageFiles {
        ImageFiles { resizing: Resizing::Cropped, ..self }
    }

    /// Takes the next file that can be read in place of one that cannot, so that all batches have their size.
    pub fn replacing_unreadable(self) -> ImageFiles {
        ImageFiles { replacing: true, ..self }
    }

    /// Sets the number of missing or damaged files that are tolerated.
    pub fn skipping_at_most(self, skipped_at_most: usize) -> ImageFiles {
        ImageFiles { skipped_at_most, ..self }
    }

    /// Number of files.
    pub fn len(&self) -> usize {
        self.paths.len()
    }

    /// Always false: the list has at least one file.
    pub fn is_empty(&self) -> bool {
        self.paths.is_empty()
    }

    /// The path of a file.
    pub fn path(&self, row: usize) -> &Path {
        &self.paths[row]
    }

    /// Decodes images. A missing or damaged one is skipped, and reported once on standard error.
    ///
    /// # Errors
    /// More files than the limit are missing or damaged, or none of these rows can be read.
    pub fn load(&self, rows: impl IntoIterator<Item = usize>) -> Result<Batch> {
        let [height, width, channels] = self.shape;
        let (mut kept, mut bytes) = (vec![], vec![]);
        for row in rows {
            let attempts = if self.replacing { self.len() } else { 1 };
            for row in (row..row + attempts).map(|row| row % self.len()) {
                match self.read(row) {
                    Ok(image) => {
                        kept.push(row);
                        bytes.extend(image);
                        break;
                    }
                    Err(error) => self.skip(row, &error)?,
                }
            }
        }
        ensure!(!kept.is_empty(), "no image of a batch can be read; see the messages above");
        let shape = [kept.len(), height, width, channels].map(|n| n as i64);
        Ok(Batch { rows: kept, bytes: Tensor::from_slice(&bytes).view(shape) })
    }

    /// Shuffled batches for `epochs` epochs from step `first` (counted from 0 over all epochs), decoded on all cores in
    /// the background. The order depends only on seed and epoch, so a run that resumes within an epoch sees the same
    /// batches. `device` as in [`ImageFiles::in_order`].
    pub fn stream(self: &Arc<Self>, mut batches: Batches, first: u64, epochs: u64, device: Device) -> Prefetch<Batch> {
        let per_epoch = batches.per_epoch();
        let rows = (first..epochs * per_epoch).map(move |step| batches.row_numbers(step / per_epoch, step % per_epoch));
        self.in_order(rows, device)
    }

    /// Batches of these rows, decoded on all cores in the background. They are to be copied to this device: for a GPU they
    /// lie in pinned memory.
    pub fn in_order(
        self: &Arc<Self>,
        rows: impl Iterator<Item = Vec<usize>> + Send + 'static,
        device: Device,
    ) -> Prefetch<Batch> {
        let files = self.clone();
        let load = move |rows: Vec<usize>| -> Result<Batch> {
            let Batch { rows, bytes } = files.load(rows)?;
            Ok(Batch { rows, bytes: transfer::pin_memory(&bytes, device) })
        };
        Prefetch::new(rows, cores(), AHEAD, load)
    }

    /// All images one by one, decoded on all cores in the background: bytes `[height, width, channels]`, or why a file
    /// cannot be read. None is skipped, replaced or reported.
    pub fn decoded(self: &Arc<Self>) -> Prefetch<Result<Tensor>> {
        let (files, shape) = (self.clone(), self.shape.map(|n| n as i64));
        let decode = move |row: usize| files.read(row).map(|bytes| Tensor::from_slice(&bytes).view(shape));
        Prefetch::new(0..self.len(), cores(), AHEAD, move |row| Ok(decode(row)))
    }

    fn read(&self, row: usize) -> Result<Vec<u8>> {
        let image = images::open(&self.paths[row])?;
        Ok(match self.resizing {
            Resizing::Nearest => resized(image, self.shape),
            Resizing::Cropped => cropped(image, self.shape),
        })
    }

    fn skip(&self, row: usize, error: &anyhow::Error) -> Result<()> {
        let mut skipped = self.skipped.lock().unwrap_or_else(PoisonError::into_inner);
        if skipped.insert(row) {
            note!("skipped: {error:#}");
        }
        if skipped.len() > self.skipped_at_most {
            let names: Vec<String> = skipped.iter().take(5).map(|&row| self.paths[row].display().to_string()).collect();
            bail!(
                "{} of {} images are missing or damaged, among them {}: fetch the data set again",
                skipped.len(),
                self.len(),
                names.join(", ")
            );
        }
        Ok(())
    }
}

/// Number of threads that decode.
fn cores() -> usize {
    thread::available_parallelism().map_or(1, usize::from)
}

/// The bytes of the middle of an image, scaled to this shape.
fn cropped(image: DynamicImage, [height, width, channels]: [usize; 3]) -> Vec<u8> {
    let image = image.resize_to_fill(width as u32, height as u32, FilterType::Triangle);
    if channels == 1 { image.into_luma8().into_raw() } else { image.into_rgb8().into_raw() }
}

/// The bytes of an image, resized to this shape by the nearest pixel.
fn resized(image: DynamicImage, [height, width, channels]: [usize; 3]) -> Vec<u8> {
    let (from_width, from_height) = (image.width() as usize, image.height() as usize);
    let pixels = if channels == 1 { image.into_luma8().into_raw() } else { image.into_rgb8().into_raw() };
    if (from_height, from_width) == (height, width) {
        return pixels;
    }
    let nearest = |i: usize, from: usize, to: usize| (2 * i + 1) * from / (2 * to);
    let columns: Vec<usize> = (0..width).map(|x| nearest(x, from_width, width) * channels).collect();
    let mut bytes = Vec::with_capacity(height * width * channels);
    for y in 0..height {
        let row = &pixels[nearest(y, from_height, height) * from_width * channels..];
        columns.iter().for_each(|&at| bytes.extend(&row[at..at + channels]));
    }
    bytes
}
