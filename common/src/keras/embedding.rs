use super::init::Initializer;
use super::{Layer, Shape, weights};
use anyhow::{Context, Result};
use tch::{Tensor, nn};

/// Integers to vectors. Variable: `embeddings` `[input_dim, output_dim]`, U(-0.05, 0.05).
#[derive(Debug)]
pub struct Embedding {
    embeddings: Tensor,
    mask_zero: bool,
}

impl Embedding {
    /// A layer for int64 inputs of any shape, values in `0..input_dim`; adds an axis of `output_dim`.
    ///
    /// # Errors
    /// Sizes are out of bounds.
    pub fn new(path: &nn::Path, input_dim: i64, output_dim: i64) -> Result<Embedding> {
        let embeddings = weights::add(path, "embeddings", &[input_dim, output_dim], Initializer::Uniform(0.05))?;
        Ok(Embedding { embeddings, mask_zero: false })
    }

    /// The same with 0 as padding: steps with 0 are masked (Keras' `mask_zero`).
    ///
    /// # Errors
    /// As [`Embedding::new`].
    pub fn masking_zero(path: &nn::Path, input_dim: i64, output_dim: i64) -> Result<Embedding> {
        Ok(Embedding { mask_zero: true, ..Embedding::new(path, input_dim, output_dim)? })
    }
}

impl Layer for Embedding {
    fn class_name(&self) -> &'static str {
        "Embedding"
    }

    fn output_shape(&self, input: &Shape) -> Result<Shape> {
        let features = self.embeddings.size()[1];
        Ok(Shape::from(input.iter().copied().chain([Some(features)]).collect::<Vec<_>>()))
    }

    fn forward(&self, x: &Tensor, _train: bool) -> Tensor {
        Tensor::embedding(&self.embeddings, x, -1, false, false)
    }

    fn output_mask(&self, x: &Tensor, _mask: Option<&Tensor>) -> Option<Tensor> {
        self.mask_zero.then(|| x.ne(0))
    }

    fn trainable(&self) -> Vec<&Tensor> {
        vec![&self.embeddings]
    }
}

/// Masks the steps of a sequence `[time, features]` whose features all have one value, and sets them to 0.
#[derive(Debug)]
pub struct Masking {
    value: f64,
}

impl Masking {
    /// A layer that treats this value as padding.
    pub fn new(value: f64) -> Masking {
        Masking { value }
    }

    fn mask(&self, x: &Tensor) -> Tensor {
        x.ne(self.value).any_dim(-1, false)
    }
}

impl Layer for Masking {
    fn class_name(&self) -> &'static str {
        "Masking"
    }

    fn output_shape(&self, input: &Shape) -> Result<Shape> {
        let [_, _] = input.axes().context("Masking takes sequences")?;
        Ok(input.clone())
    }

    fn forward(&self, x: &Tensor, _train: bool) -> Tensor {
        x * self.mask(x).unsqueeze(-1)
    }

    fn output_mask(&self, x: &Tensor, _mask: Option<&Tensor>) -> Option<Tensor> {
        Some(self.mask(x))
    }
}
