//! Layers that hold their weights under the names of the published files, so that a file of them fits without a table
//! of names. A new net asks a [`Weights`] for its tensors; so does a net that is read from a file.

use anyhow::{Context, Result, ensure};
use common::keras::{Initializer, precision, weights};
use std::collections::BTreeMap;
use tch::{Kind, Tensor, nn};

/// Where a net's weights come from.
#[derive(Debug, Clone, Copy)]
pub enum Weights<'a> {
    /// New ones, which an optimizer trains.
    New(&'a nn::VarStore),
    /// Those of a file, by name (`h.0.attn.c_attn.weight`); nobody trains them.
    Given(&'a BTreeMap<String, Tensor>),
}

impl Weights<'_> {
    /// The tensor of a name, whose parts dots divide, and of this shape.
    ///
    /// # Errors
    /// Names the tensor that the file lacks, or that has another shape or other than floating-point numbers there.
    pub fn tensor(&self, name: &str, shape: &[i64], start: Initializer) -> Result<Tensor> {
        match self {
            Weights::New(store) => {
                let mut parts: Vec<&str> = name.split('.').collect();
                let last = parts.pop().context("a tensor needs a name")?;
                let path = parts.iter().fold(store.root(), |path, part| path / part);
                weights::add(&path, last, shape, start)
            }
            Weights::Given(tensors) => {
                let tensor = tensors.get(name).with_context(|| format!("it lacks the tensor {name}"))?;
                let size = tensor.size();
                ensure!(size == shape, "{name} has the shape {size:?} there, and {shape:?} in this net");
                let kind = tensor.kind();
                ensure!(
                    matches!(kind, Kind::Float | Kind::BFloat16 | Kind::Half | Kind::Double),
                    "{name} is of type {kind:?} there, not of floating-point numbers"
                );
                Ok(tensor.shallow_clone())
            }
        }
    }
}

/// A linear map.
#[derive(Debug)]
pub struct Linear {
    weight: Tensor,
    bias: Tensor,
    /// Whether the weights are `[out, in]`.
    transposed: bool,
}

impl Linear {
    /// `name.weight` `[in, out]`, as GPT-2's files have it ("Conv1D" there), and `name.bias`; new weights have the standard deviation `std`, biases are 0.
    ///
    /// # Errors
    /// As [`Weights::tensor`].
    pub fn new(weights: Weights, name: &str, [input, output]: [i64; 2], std: f64) -> Result<Linear> {
        let start = Initializer::Normal(std);
        Ok(Linear {
            weight: weights.tensor(&format!("{name}.weight"), &[input, output], start)?,
            bias: weights.tensor(&format!("{name}.bias"), &[output], Initializer::Zeros)?,
            transposed: false,
        })
    }

    /// `name.weight` `[out, in]` and `name.bias`, as files of PyTorch's `Linear` have them.
    ///
    /// # Errors
    /// As [`Weights::tensor`].
    pub fn transposed(weights: Weights, name: &str, [input, output]: [i64; 2], std: f64) -> Result<Linear> {
        let start = Initializer::Normal(std);
        Ok(Linear {
            weight: weights.tensor(&format!("{name}.weight"), &[output, input], start)?,
            bias: weights.tensor(&format!("{name}.bias"), &[output], Initializer::Zeros)?,
            transposed: true,
        })
    }

    /// x W + b: `[.., in]` -> `[.., out]`
    pub fn forward(&self, x: &Tensor) -> Tensor {
        let mut size = x.size();
        let last = size.len() - 1;
        let rows = x.reshape([-1, size[last]]); // [.., in] -> [rows, in]
        size[last] = self.bias.size()[0];
        let [rows, weight, bias] = [&rows, &self.weight, &self.bias].map(precision::operand);
        let y = match self.transposed {
            true => bias.addmm(&rows, &weight.transpose(0, 1)),
            false => bias.addmm(&rows, &weight),
        };
        y.reshape(size)
    }
}

/// Layer normalization over the last axis, with `name.weight` and `name.bias`.
#[derive(Debug)]
pub struct Norm {
    weight: Tensor,
    bias: Tensor,
    epsilon: f64,
}

impl Norm {
    /// A layer over so many features.
    ///
    /// # Errors
    /// As [`Weights::tensor`].
    pub fn new(weights: Weights, name: &str, features: i64, epsilon: f64) -> Result<Norm> {
        Ok(Norm {
            weight: weights.tensor(&format!("{name}.weight"), &[features], Initializer::Ones)?,
            bias: weights.tensor(&format!("{name}.bias"), &[features], Initializer::Zeros)?,
            epsilon,
        })
    }

    /// `[.., features]` -> the same shape
    pub fn forward(&self, x: &Tensor) -> Tensor {
        let [x, weight, bias] = [x, &self.weight, &self.bias].map(precision::full);
        x.layer_norm(weight.size(), Some(&weight), Some(&bias), self.epsilon, true)
    }
}
