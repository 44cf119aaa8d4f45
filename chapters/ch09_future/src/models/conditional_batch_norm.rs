//! Batch normalization whose scale and bias depend on a condition: a class, in BigGAN also a part of the latent point.
//!
//! De Vries et al., "Modulating Early Visual Processing by Language", 2017; Brock, Donahue and Simonyan, "Large Scale
//! GAN Training for High Fidelity Natural Image Synthesis", 2019, appendix B.

use super::spectral_norm::SpectralDense;
use anyhow::Result;
use common::keras::{Initializer, precision, weights};
use tch::{Tensor, nn};

/// Share of the old value that a moving average keeps at each step.
const MOMENTUM: f64 = 0.9;
/// Added to the variance.
const EPSILON: f64 = 1e-5;

/// Mean and variance of each channel: those of the batch while training, their moving averages otherwise.
///
/// Variables, not trained but saved: `moving_mean` (zeros) and `moving_variance` (ones), `[channels]`.
#[derive(Debug)]
struct Statistics {
    moving_mean: Tensor,
    moving_variance: Tensor,
}

impl Statistics {
    fn new(path: &nn::Path, channels: i64) -> Result<Statistics> {
        Ok(Statistics {
            moving_mean: weights::add_non_trainable(path, "moving_mean", &[channels], Initializer::Zeros)?,
            moving_variance: weights::add_non_trainable(path, "moving_variance", &[channels], Initializer::Ones)?,
        })
    }

    fn normalize(&self, x: &Tensor, affine: Option<[&Tensor; 2]>, train: bool) -> Tensor {
        let [gain, bias] = [0, 1].map(|i| affine.map(|affine| affine[i]));
        let (mean, variance) = (Some(&self.moving_mean), Some(&self.moving_variance));
        precision::full(x).batch_norm(gain, bias, mean, variance, train, 1.0 - MOMENTUM, EPSILON, true)
    }
}

/// Batch normalization with a learned scale and bias: `gain` (ones) and `bias` (zeros), `[channels]`.
#[derive(Debug)]
pub struct BatchNorm {
    statistics: Statistics,
    gain: Tensor,
    bias: Tensor,
}

impl BatchNorm {
    /// A layer for so many channels.
    ///
    /// # Errors
    /// The number is out of bounds.
    pub fn new(path: &nn::Path, channels: i64) -> Result<BatchNorm> {
        Ok(BatchNorm {
            statistics: Statistics::new(path, channels)?,
            gain: weights::add(path, "gain", &[channels], Initializer::Ones)?,
            bias: weights::add(path, "bias", &[channels], Initializer::Zeros)?,
        })
    }

    /// `[n, channels, height, width]` -> the same shape
    pub fn forward(&self, x: &Tensor, train: bool) -> Tensor {
        self.statistics.normalize(x, Some([&self.gain, &self.bias]), train)
    }
}

/// Batch normalization with scale 1 + gain(c) and bias bias(c), both linear in the condition c and spectrally
/// normalized.
#[derive(Debug)]
pub struct ConditionalBatchNorm {
    statistics: Statistics,
    gain: SpectralDense,
    bias: SpectralDense,
}

impl ConditionalBatchNorm {
    /// A layer for conditions of so many values.
    ///
    /// # Errors
    /// Sizes are out of bounds.
    pub fn new(
        path: &nn::Path,
        condition: i64,
        channels: i64,
        initializer: Initializer,
    ) -> Result<ConditionalBatchNorm> {
        let dense = |name: &str| SpectralDense::without_bias(&(path / name), [condition, channels], initializer);
        Ok(ConditionalBatchNorm {
            statistics: Statistics::new(path, channels)?,
            gain: dense("gain")?,
            bias: dense("bias")?,
        })
    }

    /// `[n, channels, height, width]` and conditions `[n, values]` -> the same shape
    pub fn forward(&self, x: &Tensor, condition: &Tensor, train: bool) -> Tensor {
        // [n, channels] -> [n, channels, 1, 1]
        let [gain, bias] =
            [&self.gain, &self.bias].map(|dense| dense.forward(condition, train).unsqueeze(-1).unsqueeze(-1));
        self.statistics.normalize(x, None, train) * (gain + 1.0) + bias
    }

    /// The weights as matrices `[out, in]`.
    pub fn matrices(&self) -> [Tensor; 2] {
        [self.gain.matrix(), self.bias.matrix()]
    }
}
