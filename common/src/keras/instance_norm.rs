use super::init::Initializer::{Ones, Zeros};
use super::{Layer, Shape, precision, weights};
use anyhow::{Context, Result};
use tch::{Tensor, nn};

/// Settings of [`InstanceNorm`]; the defaults are those that the book's CycleGAN uses.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct InstanceNormConfig {
    /// Added to the standard deviation, not to the variance: so keras_contrib does it.
    pub epsilon: f64,
    /// Whether a trainable `gamma` and `beta` `[channels]` follow.
    pub affine: bool,
}

impl Default for InstanceNormConfig {
    fn default() -> Self {
        InstanceNormConfig { epsilon: 1e-3, affine: false }
    }
}

/// Instance normalization of images: each channel of each image by its own mean and standard deviation, as
/// keras_contrib computes it.
///
/// Ulyanov, Vedaldi and Lempitsky, "Instance Normalization: The Missing Ingredient for Fast Stylization", 2016.
#[derive(Debug)]
pub struct InstanceNorm {
    affine: Option<[Tensor; 2]>,
    epsilon: f64,
}

impl InstanceNorm {
    /// A layer for images of shape `[height, width, channels]`.
    ///
    /// # Errors
    /// The shape has other axes, or the number of channels is open or out of bounds.
    pub fn new(path: &nn::Path, input: &Shape, config: InstanceNormConfig) -> Result<InstanceNorm> {
        let [_, _, _] = input.axes().context("instance normalization takes images")?;
        let affine = match config.affine {
            true => {
                let channels = [input.channels()?];
                Some([weights::add(path, "gamma", &channels, Ones)?, weights::add(path, "beta", &channels, Zeros)?])
            }
            false => None,
        };
        Ok(InstanceNorm { affine, epsilon: config.epsilon })
    }
}

impl InstanceNorm {
    /// The layer of the book's CycleGAN: no scale, no shift, so no variables.
    ///
    /// # Errors
    /// The shape is not an image's.
    pub fn without_variables(input: &Shape) -> Result<InstanceNorm> {
        let [_, _, _] = input.axes().context("instance normalization takes images")?;
        Ok(InstanceNorm { affine: None, epsilon: InstanceNormConfig::default().epsilon })
    }
}

impl Layer for InstanceNorm {
    fn class_name(&self) -> &'static str {
        "InstanceNormalization"
    }

    fn output_shape(&self, input: &Shape) -> Result<Shape> {
        Ok(input.clone())
    }

    fn forward(&self, x: &Tensor, _train: bool) -> Tensor {
        let x = &precision::full(x);
        let axes: &[i64] = &[2, 3];
        let centred = x - x.mean_dim(axes, true, None);
        // libtorch's std_dim is several times slower than this. A root has no slope at 0, where a channel is constant.
        let deviation = (centred.square().mean_dim(axes, true, None) + 1e-24).sqrt();
        let y = centred * (deviation + self.epsilon).reciprocal();
        match &self.affine {
            Some([gamma, beta]) => y * gamma.view([1, -1, 1, 1]) + beta.view([1, -1, 1, 1]),
            None => y,
        }
    }

    fn trainable(&self) -> Vec<&Tensor> {
        self.affine.iter().flatten().collect()
    }
}
