use super::init::Initializer;
use super::layout::{to_channels_first, to_channels_last};
use super::{Activation, Layer, Shape, precision, weights};
use anyhow::Result;
use tch::{Tensor, nn};

/// Configuration of a [`Dense`] layer, or just the number of units: `.dense("mu", 2)`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Units {
    units: i64,
    bias: bool,
    activation: Option<Activation>,
    kernel_initializer: Initializer,
}

impl Units {
    /// This many units, with a bias and a Glorot uniform kernel.
    pub fn new(units: i64) -> Units {
        Units { units, bias: true, activation: None, kernel_initializer: Initializer::GlorotUniform }
    }

    /// Without a bias.
    pub fn without_bias(self) -> Units {
        Units { bias: false, ..self }
    }

    /// With an activation as a part of the layer.
    pub fn activation(self, activation: Activation) -> Units {
        Units { activation: Some(activation), ..self }
    }

    /// The kernel initializer.
    pub fn kernel_initializer(self, kernel_initializer: Initializer) -> Units {
        Units { kernel_initializer, ..self }
    }
}

impl From<i64> for Units {
    fn from(units: i64) -> Units {
        Units::new(units)
    }
}

/// Fully connected layer: y = x W + b, on the last axis.
///
/// Variables: `kernel` `[in, units]`, Glorot uniform, and `bias` `[units]`, zeros; both in Keras' layout.
#[derive(Debug)]
pub struct Dense {
    pub(super) kernel: Tensor,
    bias: Option<Tensor>,
    units: i64,
    pub(super) activation: Option<Activation>,
}

impl Dense {
    /// A layer for inputs of shape `[.., features]`.
    ///
    /// # Errors
    /// The last axis is open, or sizes are out of bounds.
    pub fn new(path: &nn::Path, input: &Shape, config: impl Into<Units>) -> Result<Dense> {
        let Units { units, bias, activation, kernel_initializer } = config.into();
        let kernel = weights::add(path, "kernel", &[input.channels()?, units], kernel_initializer)?;
        let bias = bias.then(|| weights::add(path, "bias", &[units], Initializer::Zeros)).transpose()?;
        Ok(Dense { kernel, bias, units, activation })
    }

    /// The same layer, with the same weights, without its activation.
    pub(super) fn linear(&self) -> Dense {
        let bias = self.bias.as_ref().map(Tensor::shallow_clone);
        Dense { kernel: self.kernel.shallow_clone(), bias, units: self.units, activation: None }
    }
}

impl Layer for Dense {
    fn class_name(&self) -> &'static str {
        "Dense"
    }

    fn output_shape(&self, input: &Shape) -> Result<Shape> {
        input.ensure_channels(self.kernel.size()[0])?;
        Ok(input.with_channels(self.units))
    }

    fn forward(&self, x: &Tensor, _train: bool) -> Tensor {
        let (x, kernel) = (precision::operand(x), precision::operand(&self.kernel));
        let y = match self.bias.as_ref().map(precision::operand) {
            Some(bias) if x.dim() == 2 => bias.addmm(&x, &kernel),
            Some(bias) => to_channels_first(&(to_channels_last(&x).matmul(&kernel) + bias)),
            None => to_channels_first(&to_channels_last(&x).matmul(&kernel)),
        };
        Activation::behind(self.activation, y)
    }

    fn output_mask(&self, _x: &Tensor, mask: Option<&Tensor>) -> Option<Tensor> {
        mask.map(Tensor::shallow_clone)
    }

    fn trainable(&self) -> Vec<&Tensor> {
        std::iter::once(&self.kernel).chain(&self.bias).collect()
    }
}
