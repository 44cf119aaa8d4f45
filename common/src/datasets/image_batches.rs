//! Batches of training images, from memory or from files.

use super::batches::Batches;
use super::image_files::{Batch, ImageFiles};
use super::prefetch::Prefetch;
use crate::keras::nhwc_to_nchw;
use crate::transfer::upload;
use anyhow::{Context, Result};
use std::sync::Arc;
use std::time::Duration;
use tch::{Device, Kind, Tensor};

/// Number of files that are read at a time.
const CHUNK: usize = 256;
/// Bytes that images kept in memory may take.
const MEMORY: usize = 1 << 30;

/// A source of images.
#[derive(Debug)]
pub enum ImageSource {
    /// In memory: `[n, height, width, channels]` in [0, 1].
    Memory(Tensor),
    /// In files, decoded on demand.
    Files(Arc<ImageFiles>),
}

impl ImageSource {
    /// Whether so many images of this height, width and number of channels take at most a gibibyte of memory.
    pub fn fits_in_memory(count: usize, shape: [usize; 3]) -> bool {
        let values = shape.into_iter().fold(count, usize::saturating_mul);
        values <= MEMORY / size_of::<f32>()
    }

    /// Number of images.
    pub fn len(&self) -> i64 {
        match self {
            ImageSource::Memory(images) => images.size()[0],
            ImageSource::Files(files) => files.len() as i64,
        }
    }

    /// Whether there are no images.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Number of batches per epoch; the last one may be smaller.
    pub fn batches_per_epoch(&self, batch_size: i64) -> u64 {
        ((self.len() + batch_size - 1) / batch_size) as u64
    }

    /// The images with these numbers, modulo the number of images: `[n, height, width, channels]` in [0, 1].
    ///
    /// # Errors
    /// A file cannot be read.
    pub fn images(&self, rows: &[i64]) -> Result<Tensor> {
        let rows: Vec<i64> = rows.iter().map(|row| row % self.len()).collect();
        match self {
            ImageSource::Memory(images) => {
                Ok(images.index_select(0, &Tensor::from_slice(&rows).to_device(images.device())))
            }
            ImageSource::Files(files) => Ok(files.load(rows.iter().map(|&row| row as usize))?.images(Device::Cpu)),
        }
    }

    /// Passes the first `count` images to `take`, in chunks.
    ///
    /// # Errors
    /// A file cannot be read, or `take` fails.
    pub fn chunks(&self, count: i64, mut take: impl FnMut(&Tensor) -> Result<()>) -> Result<()> {
        let count = count.min(self.len());
        match self {
            ImageSource::Memory(images) => take(&images.narrow(0, 0, count)),
            ImageSource::Files(files) => {
                let rows = (0..count as usize).collect::<Vec<_>>();
                let chunks: Vec<Vec<usize>> = rows.chunks(CHUNK).map(<[usize]>::to_vec).collect();
                let mut batches = files.in_order(chunks.into_iter(), Device::Cpu);
                batches.try_for_each(|batch| take(&batch?.images(Device::Cpu)))
            }
        }
    }

    /// Batches for `epochs` epochs, each image once per epoch, as in Keras' `fit`, starting at step `first` (counted
    /// over all epochs). The order depends only on seed and epoch.
    pub fn epochs(&self, batch_size: i64, epochs: u64, seed: u64, first: u64, device: Device) -> ImageBatches {
        let batches = Batches::new(self.len(), batch_size, seed);
        let draw = match self {
            ImageSource::Memory(images) => Draw::Shuffled { images: images.to_device(device), batches, step: first },
            ImageSource::Files(files) => Draw::Files(files.stream(batches, first, epochs, device)),
        };
        ImageBatches { draw, device }
    }

    /// Endless batches, as in the book's GANs, starting at number `first`. From memory, images are sampled with
    /// replacement by libtorch's random numbers; from files, each image comes once per round, and the smaller batch at
    /// the end of a round is skipped.
    pub fn endless(&self, batch_size: i64, seed: u64, first: u64, device: Device) -> ImageBatches {
        let draw = match self {
            ImageSource::Memory(images) => Draw::WithReplacement { images: images.to_device(device), batch_size },
            ImageSource::Files(files) => {
                let mut batches = Batches::new(self.len(), batch_size, seed);
                let whole = (self.len() as u64 / batch_size as u64).max(1);
                let rows = (first..).map(move |number| batches.row_numbers(number / whole, number % whole));
                Draw::Files(files.in_order(rows, device))
            }
        };
        ImageBatches { draw, device }
    }
}

/// Batches `[n, channels, height, width]` of images in [0, 1], on a device.
#[derive(Debug)]
pub struct ImageBatches {
    draw: Draw,
    device: Device,
}

#[derive(Debug)]
enum Draw {
    Shuffled { images: Tensor, batches: Batches, step: u64 },
    WithReplacement { images: Tensor, batch_size: i64 },
    Files(Prefetch<Batch>),
}

impl ImageBatches {
    /// The next batch.
    ///
    /// # Errors
    /// A file cannot be read, or the last epoch is over.
    #[expect(clippy::should_implement_trait, reason = "it can fail, and a training knows how many it needs")]
    pub fn next(&mut self) -> Result<Tensor> {
        let images = match &mut self.draw {
            Draw::Shuffled { images, batches, step } => {
                let per_epoch = batches.per_epoch();
                let rows = upload(&batches.rows(*step / per_epoch, *step % per_epoch), self.device);
                *step += 1;
                images.index_select(0, &rows)
            }
            Draw::WithReplacement { images, batch_size } => {
                let rows = Tensor::randint(images.size()[0], [*batch_size], (Kind::Int64, Device::Cpu));
                images.index_select(0, &upload(&rows, self.device))
            }
            Draw::Files(stream) => stream.next().context("there are fewer batches than steps")??.images(self.device),
        };
        Ok(nhwc_to_nchw(&images))
    }

    /// Total time that [`ImageBatches::next`] has waited for files.
    pub fn waited(&self) -> Duration {
        match &self.draw {
            Draw::Files(stream) => stream.waited(),
            _ => Duration::ZERO,
        }
    }
}
