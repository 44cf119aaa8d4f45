//! Nets whose features tell images apart better than their pixels do; see [`metrics`](crate::metrics).

pub mod drawings;
pub mod efficientnet_lite;

use anyhow::Result;
use tch::Tensor;

/// What a net makes of images on its way to a class.
pub trait FeatureNet {
    /// Images `[n, height, width, channels]` in [0, 1] to features `[n, values]`, without gradients. It takes them in
    /// batches, so that `n` may be large.
    ///
    /// # Errors
    /// The net is made for other images.
    fn features(&self, images: &Tensor) -> Result<Tensor>;

    /// What the net is and what it was trained on, in a few words.
    fn name(&self) -> String;
}

/// Applies a net to `batch` images at a time, without gradients.
fn in_batches(images: &Tensor, batch: i64, net: impl Fn(&Tensor) -> Tensor) -> Tensor {
    tch::no_grad(|| Tensor::cat(&images.split(batch, 0).iter().map(net).collect::<Vec<_>>(), 0))
}
