//! Layers whose weights are divided by their spectral norm.
//!
//! Miyato, Kataoka, Koyama and Yoshida, "Spectral Normalization for Generative Adversarial Networks", 2018.

use anyhow::Result;
use common::keras::{Initializer, init, nchw_to_nhwc, precision, weights};
use tch::{Tensor, nn};

/// The largest singular value σ(W) of a matrix, followed from step to step: one power iteration each time (algorithm
/// 1).
///
/// Variable, not trained but saved: `u` `[rows]`, an estimate of the first left singular vector.
#[derive(Debug)]
pub struct SpectralNorm {
    u: Tensor,
}

impl SpectralNorm {
    /// For matrices of so many rows.
    ///
    /// # Errors
    /// The number is out of bounds.
    pub fn new(path: &nn::Path, rows: i64) -> Result<SpectralNorm> {
        Ok(SpectralNorm { u: weights::add_non_trainable(path, "u", &[rows], Initializer::Normal(1.0))? })
    }

    /// σ(W) of a matrix `[rows, columns]`; gradients pass through W. While training, u moves on.
    ///
    /// v = Wᵀu / ‖Wᵀu‖, u = Wv / ‖Wv‖, σ(W) = uᵀWv
    pub fn sigma(&self, matrix: &Tensor, train: bool) -> Tensor {
        let (u, v) = tch::no_grad(|| {
            let v = unit(&matrix.transpose(0, 1).mv(&self.u));
            let u = unit(&matrix.mv(&v));
            if train {
                self.u.shallow_clone().copy_(&u);
            }
            (u, v)
        });
        u.dot(&matrix.mv(&v))
    }
}

fn unit(vector: &Tensor) -> Tensor {
    vector / vector.norm().clamp_min(1e-12)
}

/// A convolution of stride 1 that keeps the image's size, with spectral normalization.
///
/// Variables: `kernel` `[size, size, in, out]` in Keras' layout, `bias` `[out]` if there is one, and `u`.
#[derive(Debug)]
pub struct SpectralConv {
    kernel: Tensor,
    bias: Option<Tensor>,
    norm: SpectralNorm,
}

impl SpectralConv {
    /// A layer with a square kernel of an odd size.
    ///
    /// # Errors
    /// Sizes are out of bounds.
    pub fn new(path: &nn::Path, sizes: [i64; 2], size: i64, initializer: Initializer) -> Result<SpectralConv> {
        let bias = weights::add(path, "bias", &[sizes[1]], Initializer::Zeros)?;
        Ok(SpectralConv { bias: Some(bias), ..SpectralConv::without_bias(path, sizes, size, initializer)? })
    }

    /// The same without a bias.
    ///
    /// # Errors
    /// As [`SpectralConv::new`].
    pub fn without_bias(
        path: &nn::Path,
        [input, output]: [i64; 2],
        size: i64,
        initializer: Initializer,
    ) -> Result<SpectralConv> {
        let shape = [size, size, input, output];
        let kernel = match initializer {
            // The rows of [out, in · size · size] are orthogonal, or its columns.
            Initializer::Orthogonal => {
                let kernel = weights::add(path, "kernel", &shape, Initializer::Zeros)?;
                let values = init::orthogonal(output, input * size * size, path.device()).reshape(kernel.size());
                tch::no_grad(|| kernel.shallow_clone().copy_(&values));
                kernel
            }
            other => weights::add(path, "kernel", &shape, other)?,
        };
        Ok(SpectralConv { kernel, bias: None, norm: SpectralNorm::new(path, output)? })
    }

    /// `[n, in, height, width]` -> `[n, out, height, width]`
    pub fn forward(&self, x: &Tensor, train: bool) -> Tensor {
        let kernel = &self.kernel / self.norm.sigma(&self.matrix(), train);
        let padding = self.kernel.size()[2] / 2;
        let [x, kernel] = [x, &kernel].map(precision::operand);
        let bias = self.bias.as_ref().map(precision::operand);
        x.conv2d(&kernel, bias.as_ref(), [1, 1], [padding, padding], [1, 1], 1)
    }

    /// The kernel as a matrix `[out, size · size · in]`, in the order of its memory.
    pub fn matrix(&self) -> Tensor {
        nchw_to_nhwc(&self.kernel).flatten(1, -1)
    }
}

/// A dense layer with spectral normalization.
///
/// Variables: `kernel` `[in, out]`, `bias` `[out]` if there is one, and `u`.
#[derive(Debug)]
pub struct SpectralDense {
    kernel: Tensor,
    bias: Option<Tensor>,
    norm: SpectralNorm,
}

impl SpectralDense {
    /// A layer with a bias.
    ///
    /// # Errors
    /// Sizes are out of bounds.
    pub fn new(path: &nn::Path, sizes: [i64; 2], initializer: Initializer) -> Result<SpectralDense> {
        let bias = weights::add(path, "bias", &[sizes[1]], Initializer::Zeros)?;
        Ok(SpectralDense { bias: Some(bias), ..SpectralDense::without_bias(path, sizes, initializer)? })
    }

    /// A layer without a bias.
    ///
    /// # Errors
    /// As [`SpectralDense::new`].
    pub fn without_bias(path: &nn::Path, [input, output]: [i64; 2], initializer: Initializer) -> Result<SpectralDense> {
        Ok(SpectralDense {
            kernel: weights::add(path, "kernel", &[input, output], initializer)?,
            bias: None,
            norm: SpectralNorm::new(path, output)?,
        })
    }

    /// `[n, in]` -> `[n, out]`
    pub fn forward(&self, x: &Tensor, train: bool) -> Tensor {
        let kernel = &self.kernel / self.norm.sigma(&self.matrix(), train);
        let y = precision::matmul(x, &kernel);
        match &self.bias {
            Some(bias) => y + bias,
            None => y,
        }
    }

    /// The kernel as a matrix `[out, in]`.
    pub fn matrix(&self) -> Tensor {
        self.kernel.transpose(0, 1)
    }
}

/// A vector for each class, with spectral normalization.
///
/// Variables: `table` `[classes, values]`, and `u`.
#[derive(Debug)]
pub struct SpectralEmbedding {
    table: Tensor,
    norm: SpectralNorm,
}

impl SpectralEmbedding {
    /// Vectors of so many values.
    ///
    /// # Errors
    /// Sizes are out of bounds.
    pub fn new(path: &nn::Path, [classes, values]: [i64; 2], initializer: Initializer) -> Result<SpectralEmbedding> {
        Ok(SpectralEmbedding {
            table: weights::add(path, "table", &[classes, values], initializer)?,
            norm: SpectralNorm::new(path, classes)?,
        })
    }

    /// Classes, int64 `[n]`, -> `[n, values]`
    pub fn forward(&self, classes: &Tensor, train: bool) -> Tensor {
        (&self.table / self.norm.sigma(&self.table, train)).index_select(0, classes)
    }
}
