use super::init::Initializer::{Ones, Zeros};
use super::layout::{to_channels_first, to_channels_last};
use super::{Layer, Shape, precision, weights};
use anyhow::Result;
use tch::{Tensor, nn};

/// Layer normalization over the last axis, with Keras' epsilon 1e-3. Ba, Kiros and Hinton, "Layer Normalization", 2016.
///
/// Variables, both `[features]`: `gamma` (ones), `beta` (zeros).
#[derive(Debug)]
pub struct LayerNorm {
    gamma: Tensor,
    beta: Tensor,
    epsilon: f64,
}

impl LayerNorm {
    /// A layer for inputs of shape `[.., features]`.
    ///
    /// # Errors
    /// The last axis is open or out of bounds.
    pub fn new(path: &nn::Path, input: &Shape) -> Result<LayerNorm> {
        LayerNorm::with_epsilon(path, input, 1e-3)
    }

    /// The same with another epsilon: the papers' nets have 1e-5 or 1e-12.
    ///
    /// # Errors
    /// As [`LayerNorm::new`].
    pub fn with_epsilon(path: &nn::Path, input: &Shape, epsilon: f64) -> Result<LayerNorm> {
        let features = [input.channels()?];
        let gamma = weights::add(path, "gamma", &features, Ones)?;
        let beta = weights::add(path, "beta", &features, Zeros)?;
        Ok(LayerNorm { gamma, beta, epsilon })
    }
}

impl Layer for LayerNorm {
    fn class_name(&self) -> &'static str {
        "LayerNormalization"
    }

    fn output_shape(&self, input: &Shape) -> Result<Shape> {
        input.ensure_channels(self.gamma.size()[0])?;
        Ok(input.clone())
    }

    fn forward(&self, x: &Tensor, _train: bool) -> Tensor {
        let features = self.gamma.size();
        let x = to_channels_last(&precision::full(x));
        let y = x.layer_norm(features, Some(&self.gamma), Some(&self.beta), self.epsilon, true);
        to_channels_first(&y)
    }

    fn output_mask(&self, _x: &Tensor, mask: Option<&Tensor>) -> Option<Tensor> {
        mask.map(Tensor::shallow_clone)
    }

    fn trainable(&self) -> Vec<&Tensor> {
        vec![&self.gamma, &self.beta]
    }
}
