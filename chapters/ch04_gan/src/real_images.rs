//! The real images, batch after batch.

use anyhow::{Context, Result};
use common::datasets::batches::Batches;
use common::datasets::image_files::{Batch, ImageFiles};
use common::datasets::prefetch::Prefetch;
use common::keras::nhwc_to_nchw;
use std::sync::Arc;
use tch::{Device, Kind, Tensor};

/// Files that are read at once.
const CHUNK: usize = 256;

/// Where real images are.
#[derive(Debug)]
pub enum Source {
    /// In memory: `[n, height, width, channels]` in [0, 1].
    Memory(Tensor),
    /// On disk.
    Disk(Arc<ImageFiles>),
}

impl Source {
    /// How many there are.
    pub fn len(&self) -> i64 {
        match self {
            Source::Memory(images) => images.size()[0],
            Source::Disk(files) => files.len() as i64,
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Some images, `[n, height, width, channels]` in [0, 1]; numbers count on from 0 where there are too few.
    ///
    /// # Errors
    /// Files that cannot be read.
    pub fn images(&self, rows: &[i64]) -> Result<Tensor> {
        let rows: Vec<i64> = rows.iter().map(|row| row % self.len()).collect();
        match self {
            Source::Memory(images) => Ok(images.index_select(0, &Tensor::from_slice(&rows))),
            Source::Disk(files) => Ok(files.load(rows.iter().map(|&row| row as usize))?.images(Device::Cpu)),
        }
    }

    /// Passes the first `count` images on, some at a time.
    ///
    /// # Errors
    /// Files that cannot be read, and what `take` returns.
    pub fn chunks(&self, count: i64, mut take: impl FnMut(&Tensor) -> Result<()>) -> Result<()> {
        let count = count.min(self.len());
        match self {
            Source::Memory(images) => take(&images.narrow(0, 0, count)),
            Source::Disk(files) => {
                let rows = (0..count as usize).collect::<Vec<_>>();
                let chunks: Vec<Vec<usize>> = rows.chunks(CHUNK).map(<[usize]>::to_vec).collect();
                files.in_order(chunks.into_iter()).try_for_each(|batch| take(&batch?.images(Device::Cpu)))
            }
        }
    }
}

/// Batches `[n, channels, height, width]` of real images in [-1, 1].
#[derive(Debug)]
pub struct RealImages {
    source: Source,
    batch_size: i64,
    seed: u64,
    device: Device,
    /// Batches that were used before a stopped run goes on.
    used: u64,
    stream: Option<Prefetch<Batch>>,
}

impl RealImages {
    /// Batches from a source, on a device.
    pub fn new(source: Source, batch_size: i64, seed: u64, device: Device) -> RealImages {
        let source = match source {
            Source::Memory(images) => Source::Memory((images * 2.0 - 1.0).to_device(device)),
            disk => disk,
        };
        RealImages { source, batch_size, seed, device, used: 0, stream: None }
    }

    /// Images in a batch.
    pub fn batch_size(&self) -> i64 {
        self.batch_size
    }

    /// Goes on where a run stopped that had used so many batches.
    pub fn skip(&mut self, batches: u64) {
        self.used = batches;
        self.stream = None;
    }

    /// The next batch. From memory it is drawn with replacement, by libtorch's random numbers, as the book draws with
    /// NumPy's; from disk each image comes once before one comes again.
    ///
    /// # Errors
    /// Images on disk that cannot be read.
    #[expect(clippy::should_implement_trait, reason = "it never ends, and it can fail")]
    pub fn next(&mut self) -> Result<Tensor> {
        let images = match &self.source {
            Source::Memory(images) => {
                let idx = Tensor::randint(images.size()[0], [self.batch_size], (Kind::Int64, Device::Cpu));
                images.index_select(0, &idx.to_device(self.device))
            }
            Source::Disk(files) => {
                let (batch_size, seed, used) = (self.batch_size, self.seed, self.used);
                let stream = self.stream.get_or_insert_with(|| shuffled(files, batch_size, seed, used));
                let batch = stream.next().context("the stream of images has ended")??;
                batch.images(self.device) * 2.0 - 1.0
            }
        };
        Ok(nhwc_to_nchw(&images))
    }
}

/// Batches without end, from number `first` on; the smaller one at the end of each round is left out.
fn shuffled(files: &Arc<ImageFiles>, batch_size: i64, seed: u64, first: u64) -> Prefetch<Batch> {
    let mut batches = Batches::new(files.len() as i64, batch_size, seed);
    let whole = (files.len() as u64 / batch_size as u64).max(1);
    files.in_order((first..).map(move |number| batches.row_numbers(number / whole, number % whole)))
}
