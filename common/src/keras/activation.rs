use super::layout::channel_axis;
use super::{Layer, Shape, precision};
use anyhow::Result;
use tch::Tensor;

/// An activation function, as a layer of its own or inside another layer.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Activation {
    /// max(x, 0)
    Relu,
    /// x, or slope · x below 0. Keras' default slope is 0.3, libtorch's 0.01.
    LeakyRelu(f64),
    /// 1 / (1 + exp(-x))
    Sigmoid,
    /// Hyperbolic tangent.
    Tanh,
    /// exp(x) over the sum of exp(x), along the last axis of vectors and the channels of images.
    Softmax,
    /// x, or exp(x) - 1 below 0.
    Elu,
    /// The self-normalising scaled ELU.
    Selu,
    /// ln(1 + exp(x))
    Softplus,
}

impl Activation {
    /// Applies the function.
    pub fn apply_to(self, x: &Tensor) -> Tensor {
        let x = &self.argument(x);
        match self {
            Activation::Relu => x.relu(),
            // tch's leaky_relu takes no slope. The gradient of one multiplies what it is given by 1 or the slope,
            // by the sign of a second tensor: given x twice it is the function itself, in one kernel each way.
            Activation::LeakyRelu(slope) => x.detach().leaky_relu_backward(x, slope, false),
            Activation::Sigmoid => x.sigmoid(),
            Activation::Tanh => x.tanh(),
            Activation::Softmax => x.softmax(channel_axis(x), None),
            Activation::Elu => x.elu(),
            // libtorch's own has another gradient at 0.
            Activation::Selu => {
                x.where_self(&x.ge(0.0), &(x.clamp_max(0.0).expm1() * 1.673_263_242_354_377_2))
                    * 1.050_700_987_355_480_5
            }
            Activation::Softplus => x.softplus(),
        }
    }

    /// ReLUs choose between values, which bf16 does as well as f32. The others would round theirs: bf16 has no value between
    /// 0.996 and 1.
    fn argument(self, x: &Tensor) -> Tensor {
        match self {
            Activation::Relu | Activation::LeakyRelu(_) => x.shallow_clone(),
            _ => precision::full(x),
        }
    }

    /// The activation that is a part of a layer, on what the layer has just made.
    pub(super) fn behind(activation: Option<Activation>, y: Tensor) -> Tensor {
        activation.map_or(y.shallow_clone(), |activation| activation.apply_in_place(y))
    }

    /// Whether [`Activation::apply_in_place`] is there: libtorch has such a form, and its gradient needs the result only.
    pub(super) fn works_in_place(self) -> bool {
        matches!(self, Activation::Relu | Activation::Sigmoid | Activation::Tanh)
    }

    /// The same in the memory of `x`, where that works.
    pub(super) fn apply_in_place(self, x: Tensor) -> Tensor {
        let mut x = self.argument(&x);
        match self {
            Activation::Relu => x.relu_(),
            Activation::Sigmoid => x.sigmoid_(),
            Activation::Tanh => x.tanh_(),
            _ => self.apply_to(&x),
        }
    }
}

impl Layer for Activation {
    fn class_name(&self) -> &'static str {
        match self {
            Activation::LeakyRelu(_) => "LeakyReLU",
            _ => "Activation",
        }
    }

    fn output_shape(&self, input: &Shape) -> Result<Shape> {
        Ok(input.clone())
    }

    fn forward(&self, x: &Tensor, _train: bool) -> Tensor {
        self.apply_to(x)
    }

    fn output_mask(&self, _x: &Tensor, mask: Option<&Tensor>) -> Option<Tensor> {
        mask.map(Tensor::shallow_clone)
    }
}
