//! Nets whose features tell pictures apart better than their pixels do; see [`metrics`](crate::metrics).

pub mod drawings;
pub mod efficientnet_lite;

use anyhow::Result;
use tch::Tensor;

/// What a net makes of pictures on its way to a class.
pub trait FeatureNet {
    /// Pictures `[n, height, width, channels]` in [0, 1] to features `[n, values]`, without gradients. It takes them in
    /// batches, so that `n` may be large.
    ///
    /// # Errors
    /// The net is made for other pictures.
    fn features(&self, pictures: &Tensor) -> Result<Tensor>;

    /// What the net is and what it was trained on, in a few words.
    fn name(&self) -> String;
}

/// Applies a net to `batch` pictures at a time, without gradients.
fn in_batches(pictures: &Tensor, batch: i64, net: impl Fn(&Tensor) -> Tensor) -> Tensor {
    tch::no_grad(|| Tensor::cat(&pictures.split(batch, 0).iter().map(net).collect::<Vec<_>>(), 0))
}
