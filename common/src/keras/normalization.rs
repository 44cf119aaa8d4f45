use super::Layer;
use tch::{Tensor, nn};

/// Keras' settings of batch normalization.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BatchNormConfig {
    /// Share of the old value that a moving average keeps at each step.
    pub momentum: f64,
    /// Added to the variance.
    pub epsilon: f64,
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
    shape: Vec<i64>,
}

impl BatchNorm {
    /// A layer for inputs of shape `[.., channels]`.
    pub fn new(path: &nn::Path, input_shape: &[i64], config: BatchNormConfig) -> BatchNorm {
        let channels = *input_shape.last().expect("batch normalization needs a channel axis");
        BatchNorm {
            gamma: path.ones("gamma", &[channels]),
            beta: path.zeros("beta", &[channels]),
            moving_mean: path.zeros_no_train("moving_mean", &[channels]),
            moving_variance: path.ones_no_train("moving_variance", &[channels]),
            config,
            shape: input_shape.to_vec(),
        }
    }
}

impl Layer for BatchNorm {
    fn class_name(&self) -> &'static str {
        "BatchNormalization"
    }

    fn output_shape(&self) -> &[i64] {
        &self.shape
    }

    fn forward(&self, x: &Tensor, train: bool) -> Tensor {
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

    fn trainable(&self) -> Vec<&Tensor> {
        vec![&self.gamma, &self.beta]
    }

    fn non_trainable(&self) -> Vec<&Tensor> {
        vec![&self.moving_mean, &self.moving_variance]
    }
}

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
    shape: Vec<i64>,
}

impl InstanceNorm {
    /// A layer for images of shape `[height, width, channels]`.
    pub fn new(path: &nn::Path, input_shape: &[i64], config: InstanceNormConfig) -> InstanceNorm {
        let [_, _, channels] = super::conv::image_shape(input_shape);
        let affine = config.affine.then(|| [path.ones("gamma", &[channels]), path.zeros("beta", &[channels])]);
        InstanceNorm { affine, epsilon: config.epsilon, shape: input_shape.to_vec() }
    }
}

impl Layer for InstanceNorm {
    fn class_name(&self) -> &'static str {
        "InstanceNormalization"
    }

    fn output_shape(&self) -> &[i64] {
        &self.shape
    }

    fn forward(&self, x: &Tensor, _train: bool) -> Tensor {
        let axes: &[i64] = &[2, 3];
        let mean = x.mean_dim(axes, true, None);
        let deviation = x.std_dim(axes, false, true);
        let y = (x - mean) / (deviation + self.epsilon);
        match &self.affine {
            Some([gamma, beta]) => y * gamma.view([1, -1, 1, 1]) + beta.view([1, -1, 1, 1]),
            None => y,
        }
    }

    fn trainable(&self) -> Vec<&Tensor> {
        self.affine.iter().flatten().collect()
    }
}
