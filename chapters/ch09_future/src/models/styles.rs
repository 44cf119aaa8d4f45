//! What StyleGAN makes styles of and does with them: the mapping network, noise, and adaptive instance normalization.
//!
//! Karras, Laine and Aila, "A Style-Based Generator Architecture for Generative Adversarial Networks", 2019, section 2.

use super::equalized::{EqualDense, RELU_GAIN, leaky_relu, pixel_norm};
use anyhow::Result;
use common::keras::{Initializer, precision, weights};
use tch::{Kind, Tensor, nn};

/// Added to a variance before its root is taken.
const EPSILON: f64 = 1e-8;

/// The mapping network f: latent point z -> w, from which all styles are made. Dense layers that learn slowly.
#[derive(Debug)]
pub struct Mapping {
    layers: Vec<EqualDense>,
}

impl Mapping {
    /// An untrained net of so many layers, from `z_dim` to `w_dim`, at `learning_rate` times the optimizer's rate.
    ///
    /// # Errors
    /// Sizes are out of bounds.
    pub fn new(path: &nn::Path, [z_dim, w_dim]: [i64; 2], layers: usize, learning_rate: f64) -> Result<Mapping> {
        let layer = |i: usize| {
            let input = if i == 0 { z_dim } else { w_dim };
            EqualDense::with_learning_rate(&(path / format!("dense_{i}")), [input, w_dim], RELU_GAIN, learning_rate)
        };
        Ok(Mapping { layers: (0..layers).map(layer).collect::<Result<_>>()? })
    }

    /// `[n, z_dim]` -> `[n, w_dim]`
    pub fn forward(&self, z: &Tensor) -> Tensor {
        precision::full(&self.layers.iter().fold(pixel_norm(z), |x, layer| leaky_relu(&layer.forward(&x))))
    }
}

/// The noise of a synthesis network's layers.
#[derive(Debug, Clone, Copy)]
pub enum Noise<'a> {
    /// New numbers of N(0, 1) for each image and pixel.
    Random,
    /// None.
    Off,
    /// These, by layer: `[n or 1, 1, side, side]`.
    Given(&'a [Tensor]),
}

/// What follows a convolution of the synthesis network: noise, LeakyReLU, and a style by adaptive instance
/// normalization.
///
/// Variables: `noise` `[channels]`, zeros: the noise's strength; and those of the learned affine transformation
/// `style`, which makes 2 · channels values of w.
#[derive(Debug)]
pub struct StyledLayer {
    strength: Tensor,
    style: EqualDense,
}

impl StyledLayer {
    /// A layer after so many channels.
    ///
    /// # Errors
    /// Sizes are out of bounds.
    pub fn new(path: &nn::Path, w_dim: i64, channels: i64) -> Result<StyledLayer> {
        Ok(StyledLayer {
            strength: weights::add(path, "noise", &[channels], Initializer::Zeros)?,
            style: EqualDense::new(&(path / "style"), [w_dim, 2 * channels], 1.0)?,
        })
    }

    /// Features `[n, channels, side, side]` in the style of `w` `[n, w_dim]`; `layer` is the number by which the noise
    /// is given.
    pub fn forward(&self, x: &Tensor, w: &Tensor, layer: usize, noise: Noise) -> Tensor {
        let size = x.size();
        let strength = self.strength.reshape([1, -1, 1, 1]); // [channels] -> [1, channels, 1, 1]
        let x = match noise {
            Noise::Random => x + Tensor::randn([size[0], 1, size[2], size[3]], (Kind::Float, x.device())) * strength,
            Noise::Given(layers) => x + &layers[layer] * strength,
            Noise::Off => x.shallow_clone(),
        };
        // [n, 2 c] -> [2, n, c, 1, 1]: scale, without 1, and bias
        let style = precision::full(&self.style.forward(w)).reshape([size[0], 2, size[1], 1, 1]).transpose(0, 1);
        adaptive_instance_norm(&leaky_relu(&x), &(style.get(0) + 1.0), &style.get(1))
    }
}

/// Adaptive instance normalization, equation 1: AdaIN(x, y) = y_s (x - μ(x)) / σ(x) + y_b, with mean and deviation of
/// each channel of each image. Scale and bias are `[n, channels, 1, 1]`.
pub fn adaptive_instance_norm(x: &Tensor, scale: &Tensor, bias: &Tensor) -> Tensor {
    let x = &precision::full(x);
    let (variance, mean) = x.var_mean_dim([2i64, 3].as_slice(), false, true);
    let scale = scale * (variance + EPSILON).rsqrt();
    x * &scale + (bias - mean * &scale)
}
