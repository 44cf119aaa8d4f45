//! The real pictures, batch after batch.

use anyhow::{Context, Result};
use common::datasets::batches::Batches;
use common::datasets::picture_files::{Batch, PictureFiles};
use common::datasets::prefetch::Prefetch;
use common::keras::picture_tensor;
use std::sync::Arc;
use tch::{Device, Kind, Tensor};

/// Files that are read at once.
const CHUNK: usize = 256;

/// Where real pictures are.
#[derive(Debug)]
pub enum Source {
    /// In memory: `[n, height, width, channels]` in [0, 1].
    Memory(Tensor),
    /// On disk.
    Disk(Arc<PictureFiles>),
}

impl Source {
    /// How many there are.
    pub fn len(&self) -> i64 {
        match self {
            Source::Memory(pictures) => pictures.size()[0],
            Source::Disk(files) => files.len() as i64,
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Some pictures, `[n, height, width, channels]` in [0, 1]; numbers count on from 0 where there are too few.
    ///
    /// # Errors
    /// Files that cannot be read.
    pub fn pictures(&self, rows: &[i64]) -> Result<Tensor> {
        let rows: Vec<i64> = rows.iter().map(|row| row % self.len()).collect();
        match self {
            Source::Memory(pictures) => Ok(pictures.index_select(0, &Tensor::from_slice(&rows))),
            Source::Disk(files) => Ok(files.load(rows.iter().map(|&row| row as usize))?.pictures(Device::Cpu)),
        }
    }

    /// Passes the first `count` pictures on, some at a time.
    ///
    /// # Errors
    /// Files that cannot be read, and what `take` returns.
    pub fn chunks(&self, count: i64, mut take: impl FnMut(&Tensor) -> Result<()>) -> Result<()> {
        let count = count.min(self.len());
        match self {
            Source::Memory(pictures) => take(&pictures.narrow(0, 0, count)),
            Source::Disk(files) => {
                let rows = (0..count as usize).collect::<Vec<_>>();
                let chunks: Vec<Vec<usize>> = rows.chunks(CHUNK).map(<[usize]>::to_vec).collect();
                files.in_order(chunks.into_iter()).try_for_each(|batch| take(&batch?.pictures(Device::Cpu)))
            }
        }
    }
}

/// Batches `[n, channels, height, width]` of real pictures in [-1, 1].
#[derive(Debug)]
pub struct RealPictures {
    source: Source,
    batch_size: i64,
    seed: u64,
    device: Device,
    /// Batches that were used before a stopped run goes on.
    used: u64,
    stream: Option<Prefetch<Batch>>,
}

impl RealPictures {
    /// Batches from a source, on a device.
    pub fn new(source: Source, batch_size: i64, seed: u64, device: Device) -> RealPictures {
        let source = match source {
            Source::Memory(pictures) => Source::Memory((pictures * 2.0 - 1.0).to_device(device)),
            disk => disk,
        };
        RealPictures { source, batch_size, seed, device, used: 0, stream: None }
    }

    /// Pictures in a batch.
    pub fn batch_size(&self) -> i64 {
        self.batch_size
    }

    /// Goes on where a run stopped that had used so many batches.
    pub fn skip(&mut self, batches: u64) {
        self.used = batches;
        self.stream = None;
    }

    /// The next batch. From memory it is drawn with replacement, by libtorch's random numbers, as the book draws with
    /// NumPy's; from disk each picture comes once before one comes again.
    ///
    /// # Errors
    /// Pictures on disk that cannot be read.
    #[expect(clippy::should_implement_trait, reason = "it never ends, and it can fail")]
    pub fn next(&mut self) -> Result<Tensor> {
        let pictures = match &self.source {
            Source::Memory(pictures) => {
                let idx = Tensor::randint(pictures.size()[0], [self.batch_size], (Kind::Int64, Device::Cpu));
                pictures.index_select(0, &idx.to_device(self.device))
            }
            Source::Disk(files) => {
                let (batch_size, seed, used) = (self.batch_size, self.seed, self.used);
                let stream = self.stream.get_or_insert_with(|| shuffled(files, batch_size, seed, used));
                let batch = stream.next().context("the stream of pictures has ended")??;
                batch.pictures(self.device) * 2.0 - 1.0
            }
        };
        Ok(picture_tensor(&pictures))
    }
}

/// Batches without end, from number `first` on; the smaller one at the end of each round is left out.
fn shuffled(files: &Arc<PictureFiles>, batch_size: i64, seed: u64, first: u64) -> Prefetch<Batch> {
    let mut batches = Batches::new(files.len() as i64, batch_size, seed);
    let whole = (files.len() as u64 / batch_size as u64).max(1);
    files.in_order((first..).map(move |number| batches.row_numbers(number / whole, number % whole)))
}
