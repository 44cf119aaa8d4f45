//! MNIST, and sets in its format: 28 × 28 grey images of ten classes.

use super::idx;
use anyhow::{Context, Result, ensure};
use ndarray::Ix3;
use std::path::Path;
use tch::{Kind, Tensor};

/// Images with their classes.
#[derive(Debug)]
pub struct Digits {
    /// `[n, 28, 28, 1]`, f32 in [0, 1]: Keras' layout.
    pub images: Tensor,
    /// `[n]`, int64 in 0..10.
    pub labels: Tensor,
}

impl Digits {
    /// The first `n` images.
    pub fn first(&self, n: i64) -> Digits {
        let n = n.min(self.images.size()[0]);
        Digits { images: self.images.narrow(0, 0, n), labels: self.labels.narrow(0, 0, n) }
    }
}

/// The 60,000 training images.
pub fn train(dir: &Path) -> Result<Digits> {
    read(dir, "train")
}

/// The 10,000 test images.
pub fn test(dir: &Path) -> Result<Digits> {
    read(dir, "t10k")
}

fn read(dir: &Path, part: &str) -> Result<Digits> {
    let images_path = dir.join(format!("{part}-images-idx3-ubyte"));
    let images = idx::read(&images_path)?.into_dimensionality::<Ix3>();
    let images = images.with_context(|| format!("{} does not hold images", images_path.display()))?;
    let (n, height, width) = images.dim();
    ensure!((height, width) == (28, 28), "{}: images of {height} x {width}, not 28 x 28", images_path.display());

    let labels_path = dir.join(format!("{part}-labels-idx1-ubyte"));
    let labels = idx::read(&labels_path)?;
    ensure!(labels.len() == n, "{} has {} labels for {n} images", labels_path.display(), labels.len());
    ensure!(labels.iter().all(|&label| label < 10), "{} has labels over 9", labels_path.display());

    let images = Tensor::from_slice(&images.into_raw_vec_and_offset().0).view([n as i64, 28, 28, 1]);
    let labels = Tensor::from_slice(&labels.into_raw_vec_and_offset().0);
    Ok(Digits { images: images.to_kind(Kind::Float) / 255.0, labels: labels.to_kind(Kind::Int64) })
}
