use super::Gaussian;
use crate::features::FeatureNet;
use crate::training::ensure_not_stopped;
use anyhow::{Result, ensure};
use indicatif::{ProgressBar, ProgressStyle};
use std::fmt;
use std::io::IsTerminal;
use std::iter;
use tch::{Device, Tensor};

/// The most samples of a FID: the number that papers take.
const MOST: i64 = 50_000;
/// Images whose features are computed between two steps of the progress bar; a multiple of Inception's batches.
const AT_ONCE: i64 = 128;

/// Images `[n, height, width, channels]` in [0, 1], in blocks that are made or read when they are due.
pub struct ImageBlocks<'a> {
    count: i64,
    blocks: Box<dyn Iterator<Item = Result<Tensor>> + 'a>,
}

impl<'a> ImageBlocks<'a> {
    /// Blocks of any sizes, `count` images in all.
    pub fn new(count: i64, blocks: impl Iterator<Item = Result<Tensor>> + 'a) -> ImageBlocks<'a> {
        ImageBlocks { count, blocks: Box::new(blocks) }
    }

    /// One block.
    pub fn from_images(images: &Tensor) -> ImageBlocks<'a> {
        ImageBlocks::new(images.size()[0], iter::once(Ok(images.shallow_clone())))
    }
}

impl fmt::Debug for ImageBlocks<'_> {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "ImageBlocks({} images)", self.count)
    }
}

/// Real images of a FID: the Gaussian fitted to their features.
pub(super) struct Fid<'a> {
    net: &'a dyn FeatureNet,
    real: Gaussian,
}

/// A FID and the numbers of images on which it depends.
#[derive(Clone, Copy)]
pub(super) struct Distance {
    pub fid: f64,
    pub samples: i64,
    pub real: i64,
}

impl Fid<'_> {
    pub fn new<'a>(net: &'a dyn FeatureNet, real: ImageBlocks) -> Result<Fid<'a>> {
        Ok(Fid { net, real: fit(net, "features of real images", real)? })
    }

    pub fn of_samples(&self, samples: ImageBlocks) -> Result<Distance> {
        let samples = fit(self.net, "features of samples", samples)?;
        let fid = self.real.frechet_distance(&samples)?;
        Ok(Distance { fid, samples: samples.count(), real: self.real.count() })
    }
}

/// The Gaussian of the images' features. Only one block and the features of one are in memory.
fn fit(net: &dyn FeatureNet, what: &'static str, images: ImageBlocks) -> Result<Gaussian> {
    let bar = bar(images.count, what);
    let mut gaussian = Gaussian::new(what);
    for block in images.blocks {
        let mut features = vec![];
        for some in block?.split(AT_ONCE, 0) {
            ensure_not_stopped()?;
            features.push(net.features(&some)?.to_device(Device::Cpu));
            bar.inc(some.size()[0] as u64);
        }
        gaussian.add(&Tensor::cat(&features, 0))?;
    }
    bar.finish_and_clear();
    Ok(gaussian)
}

/// A progress bar, on a terminal only.
fn bar(images: i64, what: &'static str) -> ProgressBar {
    let is_shown = std::io::stderr().is_terminal();
    let bar = if is_shown { ProgressBar::new(images.unsigned_abs()) } else { ProgressBar::hidden() };
    let template = "{wide_bar:.cyan/dim} {pos}/{len} images  FID: {msg}  {per_sec}  {eta} left";
    bar.set_style(ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar()));
    bar.with_message(what)
}

/// Validates the hyper-parameter `fid_samples`, the number of samples of a FID if it is given.
///
/// # Errors
/// It is out of bounds.
pub fn check_fid_samples(fid_samples: Option<i64>) -> Result<()> {
    let fits = fid_samples.is_none_or(|samples| (2..=MOST).contains(&samples));
    ensure!(fits, "fid_samples must lie between 2 and {MOST}, or be null for as many as the other measures compare");
    Ok(())
}

/// The name of a Fréchet distance between features of [`Inception`](crate::features::inception::Inception), with the
/// numbers of images, on which it depends: "FID (Inception, n = 1,000)". `real` is the number of real images; it is
/// shown if it differs from that of the samples.
pub fn fid_title(samples: i64, real: i64) -> String {
    let of_real = if real == samples { String::new() } else { format!(", {} real", grouped(real)) };
    format!("FID (Inception, n = {}{of_real})", grouped(samples))
}

/// A number as 12,345.
fn grouped(n: i64) -> String {
    if n < 1000 { n.to_string() } else { format!("{},{:03}", grouped(n / 1000), n % 1000) }
}

#[cfg(test)]
mod tests {
    use super::{check_fid_samples, fid_title};

    #[test]
    fn the_numbers_of_images_are_stated() {
        assert_eq!(fid_title(64, 64), "FID (Inception, n = 64)");
        assert_eq!(fid_title(1000, 1000), "FID (Inception, n = 1,000)");
        assert_eq!(fid_title(50_000, 1_202_599), "FID (Inception, n = 50,000, 1,202,599 real)");
    }

    #[test]
    fn numbers_of_samples_that_give_no_fid_are_refused() {
        assert!([None, Some(2), Some(50_000)].into_iter().all(|samples| check_fid_samples(samples).is_ok()));
        for samples in [-1, 0, 1, 50_001] {
            let error = check_fid_samples(Some(samples)).unwrap_err().to_string();
            assert!(error.contains("fid_samples must lie between 2 and 50000"), "{samples}: {error}");
        }
    }
}
