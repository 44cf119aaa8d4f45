//! Nets whose features compare images better than pixels do; see [`metrics`](crate::metrics).

pub mod drawings;
pub mod efficientnet_lite;

use anyhow::Result;
use tch::Tensor;

/// A net that computes features of images: the activations before its classes.
pub trait FeatureNet {
    /// Features `[n, values]` of images `[n, height, width, channels]` in [0, 1], without gradients. The net runs on
    /// batches, so `n` may be large.
    ///
    /// # Errors
    /// The net does not accept these images.
    fn features(&self, images: &Tensor) -> Result<Tensor>;

    /// The net and its training data, in a few words.
    fn name(&self) -> String;
}

/// Applies a net to `batch` images at a time, without gradients.
fn in_batches(images: &Tensor, batch: i64, net: impl Fn(&Tensor) -> Tensor) -> Tensor {
    tch::no_grad(|| Tensor::cat(&images.split(batch, 0).iter().map(net).collect::<Vec<_>>(), 0))
}
