//! Self-attention between the places of an image (Zhang, Goodfellow, Metaxas and Odena, "Self-Attention Generative
//! Adversarial Networks", 2019, section 3).

use super::spectral_norm::SpectralConv;
use anyhow::Result;
use common::keras::{Initializer, precision, weights};
use tch::{Tensor, nn};

/// Each place of an image looks at all others, and adds what it sees there: y = γ o + x, where γ begins at 0, so that
/// nets first learn from their neighbourhood.
///
/// Queries, keys and values have an eighth of the channels. All maps are convolutions of 1 x 1 without bias.
#[derive(Debug)]
pub struct ImageAttention {
    query: SpectralConv,
    key: SpectralConv,
    value: SpectralConv,
    output: SpectralConv,
    gamma: Tensor,
}

impl ImageAttention {
    /// A layer for so many channels.
    ///
    /// # Errors
    /// The number is out of bounds.
    pub fn new(path: &nn::Path, channels: i64, initializer: Initializer) -> Result<ImageAttention> {
        let fewer = (channels / 8).max(1);
        let conv = |name: &str, sizes| SpectralConv::without_bias(&(path / name), sizes, 1, initializer);
        Ok(ImageAttention {
            query: conv("query", [channels, fewer])?,
            key: conv("key", [channels, fewer])?,
            value: conv("value", [channels, fewer])?,
            output: conv("output", [fewer, channels])?,
            gamma: weights::add(path, "gamma", &[1], Initializer::Zeros)?,
        })
    }

    /// `[n, channels, height, width]` -> the same shape, and the attention weights `[n, queries, keys]`, places row by
    /// row; they sum to 1 over the keys.
    pub fn forward(&self, x: &Tensor, train: bool) -> (Tensor, Tensor) {
        let size = x.size();
        // [n, c, h, w] -> [n, c, places]
        let places = |conv: &SpectralConv| conv.forward(x, train).flatten(2, 3);
        let (query, key, value) = (places(&self.query), places(&self.key), places(&self.value));
        // β_ji = softmax over i of f(x_i)ᵀ g(x_j); o_j = v(Σ_i β_ji h(x_i))
        let weights = precision::full(&query.transpose(1, 2).matmul(&key)).softmax(-1, None);
        let seen = value.matmul(&precision::operand(&weights).transpose(1, 2)); // [n, c / 8, places]
        let output = self.output.forward(&seen.reshape([size[0], -1, size[2], size[3]]), train);
        (x + output * &self.gamma, weights)
    }

    /// γ
    pub fn gamma(&self) -> f64 {
        self.gamma.double_value(&[0])
    }

    /// The weights as matrices `[out, in]`.
    pub fn matrices(&self) -> [Tensor; 4] {
        [&self.query, &self.key, &self.value, &self.output].map(SpectralConv::matrix)
    }
}
