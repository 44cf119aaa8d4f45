//! Nets whose features compare images better than pixels do; see [`metrics`](crate::metrics).

mod convolution;
pub mod drawings;
pub mod efficientnet_lite;
mod image_nets;
pub mod inception;
mod weights;

pub use image_nets::ImageNets;
pub use weights::Weights;

use crate::keras::nhwc_to_nchw;
use anyhow::{Result, ensure};
use tch::{Device, Tensor};

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

    /// The net of the FID that is reported beside this net's measures, if its weights are available.
    fn fid_net(&self) -> Option<&dyn FeatureNet> {
        None
    }
}

/// Applies a net to `batch` images at a time, without gradients.
fn in_batches(images: &Tensor, batch: i64, net: impl Fn(&Tensor) -> Tensor) -> Tensor {
    tch::no_grad(|| Tensor::cat(&images.split(batch, 0).iter().map(net).collect::<Vec<_>>(), 0))
}

/// Checks that images are grey or in colour.
fn ensure_images(images: &Tensor) -> Result<()> {
    let fits = matches!(images.size()[..], [n, height, width, 1 | 3] if n > 0 && height > 0 && width > 0);
    ensure!(fits, "images are [n, height, width, 3 or 1], none of them 0, not {:?}", images.size());
    Ok(())
}

/// Images `[n, height, width, 1 or 3]` as `[n, 3, height, width]`; grey ones have three equal channels.
fn in_color(images: &Tensor, device: Device) -> Tensor {
    nhwc_to_nchw(&images.to_device(device)).expand([-1, 3, -1, -1], false)
}
