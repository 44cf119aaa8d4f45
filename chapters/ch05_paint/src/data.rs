//! Images of two domains without pairs: the book's `DataLoader` (p. 164).

use anyhow::{Context as _, Result, bail, ensure};
use common::cli::Context;
use common::datasets::batches::Batches;
use common::datasets::image_files::{Batch, ImageFiles};
use common::datasets::own_images::list;
use common::datasets::prefetch::Prefetch;
use common::device::mix;
use common::images;
use common::keras::nhwc_to_nchw;
use common::training::DataInfo;
use common::transfer::upload;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tch::{Device, Kind, Tensor};

/// Largest number of images of a folder of one's own that are held out for tests.
const HELD_OUT: usize = 40;

/// The images of one domain.
#[derive(Debug, Clone)]
pub struct Domain {
    /// For training.
    pub train: Arc<ImageFiles>,
    /// For tests.
    pub test: Arc<ImageFiles>,
}

/// Two domains.
#[derive(Debug, Clone)]
pub struct Domains {
    /// Domain A: apples, or paintings.
    pub a: Domain,
    /// Domain B: oranges, or photographs.
    pub b: Domain,
}

/// The files of both domains: those for training, those for tests.
#[derive(Debug, Clone)]
pub struct Files {
    a: [Vec<PathBuf>; 2],
    b: [Vec<PathBuf>; 2],
}

impl Files {
    /// A data set in CycleGAN's layout (`trainA`, `trainB`, `testA`, `testB`), or two folders of the reader's own images, a
    /// tenth of which are held out for tests.
    ///
    /// # Errors
    /// The data cannot be fetched, only one folder is given, or a folder has too few images.
    pub fn find(context: &Context, set: &str, own: [&Option<PathBuf>; 2]) -> Result<(Files, DataInfo)> {
        match own {
            [None, None] => {
                let set = context.data(set)?;
                let files = |name: &str| -> Result<[Vec<PathBuf>; 2]> {
                    Ok([list(&set.dir.join(format!("train{name}")))?, list(&set.dir.join(format!("test{name}")))?])
                };
                Ok((Files { a: files("A")?, b: files("B")? }, DataInfo::from(&set)))
            }
            [Some(a), Some(b)] => {
                let (of_a, of_b) = (list(a)?, list(b)?);
                let origin = format!("the folders {} and {}", a.display(), b.display());
                let all = of_a.iter().chain(&of_b).map(PathBuf::as_path);
                let info = DataInfo::of_files("your images", &origin, all)?;
                let split = |paths: Vec<PathBuf>, dir: &Path| {
                    ensure!(paths.len() >= 2, "{} has {} image; two are the least", dir.display(), paths.len());
                    let (test, train) = paths.split_at((paths.len() / 10).clamp(1, HELD_OUT));
                    Ok([train.to_vec(), test.to_vec()])
                };
                Ok((Files { a: split(of_a, a)?, b: split(of_b, b)? }, info))
            }
            _ => bail!("give both folders of images, --set a=DIR --set b=DIR, or none"),
        }
    }
}

impl Domains {
    /// Images scaled and cut to `input_dim`; at most so many of each domain for training and for tests.
    ///
    /// # Errors
    /// The sizes are invalid.
    pub fn new(files: &Files, input_dim: [i64; 3], images: usize, test_images: usize) -> Result<Domains> {
        let shape = input_dim.map(|n| n as usize);
        let open = |paths: &[PathBuf], count| -> Result<Arc<ImageFiles>> {
            Ok(Arc::new(ImageFiles::new(some(paths, count), shape)?.cropped().replacing_unreadable()))
        };
        let domain = |[train, test]: &[Vec<PathBuf>; 2]| -> Result<Domain> {
            Ok(Domain { train: open(train, images)?, test: open(test, test_images)? })
        };
        Ok(Domains { a: domain(&files.a)?, b: domain(&files.b)? })
    }

    /// Checks that each part has an image that can be read.
    ///
    /// # Errors
    /// One has none.
    pub fn ensure_readable(&self) -> Result<()> {
        let parts = [&self.a.train, &self.a.test, &self.b.train, &self.b.test];
        parts.into_iter().try_for_each(|files| files.load([0]).map(|_| ()))
    }

    /// Batches per epoch: as many as the smaller domain has.
    pub fn batches_per_epoch(&self, batch_size: i64) -> u64 {
        (self.a.train.len().min(self.b.train.len()) as u64 / batch_size as u64).max(1)
    }

    /// Batches for `epochs` epochs from step `first` on. An epoch draws from both domains, without repetition, as many
    /// images as the smaller one has. The order depends only on seed and epoch.
    pub fn batches(&self, batch_size: i64, epochs: u64, seed: u64, first: u64, device: Device) -> PairBatches {
        let per_epoch = self.batches_per_epoch(batch_size);
        let stream = |files: &Arc<ImageFiles>, domain: u64| {
            let mut batches = Batches::new(files.len() as i64, batch_size, mix(&[seed, domain]));
            let steps = first..epochs * per_epoch;
            files.in_order(steps.map(move |step| batches.row_numbers(step / per_epoch, step % per_epoch)), device)
        };
        PairBatches { a: stream(&self.a.train, 0), b: stream(&self.b.train, 1), device }
    }
}

impl Domain {
    /// The number of the test image with this name; of the first one if there is none.
    pub fn named(&self, name: &str) -> usize {
        (0..self.test.len()).find(|&row| self.test.path(row).ends_with(name)).unwrap_or(0)
    }

    /// Test images `[n, channels, height, width]` in [-1, 1].
    ///
    /// # Errors
    /// None of them can be read.
    pub fn test_images(&self, rows: impl IntoIterator<Item = usize>, device: Device) -> Result<Tensor> {
        Ok(to_net(&self.test.load(rows)?, device))
    }
}

/// Batches of both domains, `[n, channels, height, width]` in [-1, 1], each image mirrored or not.
#[derive(Debug)]
pub struct PairBatches {
    a: Prefetch<Batch>,
    b: Prefetch<Batch>,
    device: Device,
}

impl PairBatches {
    /// The next batch of A and of B.
    ///
    /// # Errors
    /// Too many files cannot be read, or the last epoch is over.
    #[expect(clippy::should_implement_trait, reason = "it can fail, and a training knows how many it needs")]
    pub fn next(&mut self) -> Result<(Tensor, Tensor)> {
        let device = self.device;
        let batch = |stream: &mut Prefetch<Batch>| -> Result<Tensor> {
            Ok(mirrored(&to_net(&stream.next().context("there are fewer batches than steps")??, device)))
        };
        Ok((batch(&mut self.a)?, batch(&mut self.b)?))
    }
}

/// Mirrors each image with probability 1/2.
fn mirrored(images: &Tensor) -> Tensor {
    let coins = Tensor::rand([images.size()[0], 1, 1, 1], (Kind::Float, Device::Cpu)).gt(0.5);
    images.flip([3]).where_self(&upload(&coins, images.device()), images)
}

fn to_net(batch: &Batch, device: Device) -> Tensor {
    nhwc_to_nchw(&(batch.images(device) * 2.0 - 1.0))
}

/// At most `count` files, evenly spaced: files are often sorted by what they show.
fn some(paths: &[PathBuf], count: usize) -> Vec<PathBuf> {
    images::evenly(paths.len(), count).into_iter().map(|i| paths[i].clone()).collect()
}
