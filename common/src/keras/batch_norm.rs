use super::init::Initializer::{Ones, Zeros};
use super::{Layer, Shape, precision, weights};
use anyhow::{Result, ensure};
use tch::{Tensor, nn};

/// Keras' settings of batch normalization.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BatchNormConfig {
    /// Share of the old value that a moving average keeps at each step.
    pub momentum: f64,
    /// Added to the variance.
    pub epsilon: f64,
}

impl BatchNormConfig {
    /// Keras' defaults with this momentum.
    pub fn momentum(momentum: f64) -> BatchNormConfig {
        BatchNormConfig { momentum, ..BatchNormConfig::default() }
    }
}

impl Default for BatchNormConfig {
    fn default() -> Self {
        BatchNormConfig { momentum: 0.99, epsilon: 1e-3 }
    }
}

/// Batch normalization over all axes but the channels: by the batch's mean and variance while training, by their
/// moving averages otherwise.
///
/// Variables, all `[channels]`: `gamma` (ones), `beta` (zeros), and not trainable `moving_mean` (zeros) and
/// `moving_variance` (ones). As in tf.keras the moving variance follows the unbiased variance of the batch for
/// images, whose kernel is fused, and the biased one for vectors.
#[derive(Debug)]
pub struct BatchNorm {
    gamma: Tensor,
    beta: Tensor,
    moving_mean: Tensor,
    moving_variance: Tensor,
    config: BatchNormConfig,
}

impl BatchNorm {
    /// A layer for vectors `[channels]` and images `[.., channels]`, which travel between nets with the channels first.
    /// Sequences `[steps, channels]` have none here: no net of the book normalizes them by batches.
    ///
    /// # Errors
    /// The input is a sequence, its last axis is open or out of bounds, or momentum or epsilon is invalid.
    pub fn new(path: &nn::Path, input: &Shape, config: BatchNormConfig) -> Result<BatchNorm> {
        let BatchNormConfig { momentum, epsilon } = config;
        ensure!((0.0..=1.0).contains(&momentum), "momentum must lie between 0 and 1, not {momentum}");
        ensure!(epsilon.is_finite() && epsilon >= 0.0, "epsilon must be 0 or more, not {epsilon}");
        ensure!(input.len() != 2, "batch normalization of sequences is not supported: use layer_norm");
        let channels = [input.channels()?];
        Ok(BatchNorm {
            gamma: weights::add(path, "gamma", &channels, Ones)?,
            beta: weights::add(path, "beta", &channels, Zeros)?,
            moving_mean: weights::add_non_trainable(path, "moving_mean", &channels, Zeros)?,
            moving_variance: weights::add_non_trainable(path, "moving_variance", &channels, Ones)?,
            config,
        })
    }
}

impl Layer for BatchNorm {
    fn class_name(&self) -> &'static str {
        "BatchNormalization"
    }

    fn output_shape(&self, input: &Shape) -> Result<Shape> {
        input.ensure_channels(self.gamma.size()[0])?;
        Ok(input.clone())
    }

    fn forward(&self, x: &Tensor, train: bool) -> Tensor {
        let x = &precision::full(x);
        let BatchNormConfig { momentum, epsilon } = self.config;
        let normalized = |moving_variance: &Tensor| {
            x.batch_norm(
                Some(&self.gamma),
                Some(&self.beta),
                Some(&self.moving_mean),
                Some(moving_variance),
                train,
                1.0 - momentum,
                epsilon,
                true,
            )
        };
        // For images, libtorch moves the moving variance as tf.keras does: towards the unbiased variance.
        if !train || x.dim() != 2 {
            return normalized(&self.moving_variance);
        }
        let moved = self.moving_variance.copy();
        let y = normalized(&moved);
        let _no_grad = tch::no_grad_guard();
        // The unbiased variance is n / (n - 1) times the biased one; that of a single row is none, the biased one 0.
        let n = x.size()[0] as f64;
        let kept = &self.moving_variance * momentum;
        let variance = if n > 1.0 { (moved - &kept) * ((n - 1.0) / n) + kept } else { kept };
        self.moving_variance.shallow_clone().copy_(&variance);
        y
    }

    fn output_mask(&self, _x: &Tensor, mask: Option<&Tensor>) -> Option<Tensor> {
        mask.map(Tensor::shallow_clone)
    }

    fn trainable(&self) -> Vec<&Tensor> {
        vec![&self.gamma, &self.beta]
    }

    fn non_trainable(&self) -> Vec<&Tensor> {
        vec![&self.moving_mean, &self.moving_variance]
    }
}
