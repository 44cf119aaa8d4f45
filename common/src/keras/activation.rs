use super::Layer;
use tch::{Device, Kind, Tensor};

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
    /// exp(x) over the sum of exp(x), along the last axis of vectors and the channels of pictures.
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
    pub fn apply(self, x: &Tensor) -> Tensor {
        match self {
            Activation::Relu => x.relu(),
            // tch's leaky_relu takes no slope. The gradient of one multiplies what it is given by 1 or the slope,
            // by the sign of a second tensor: given x twice it is the function itself, in one kernel each way.
            Activation::LeakyRelu(slope) => x.detach().leaky_relu_backward(x, slope, false),
            Activation::Sigmoid => x.sigmoid(),
            Activation::Tanh => x.tanh(),
            Activation::Softmax => x.softmax(if x.dim() == 4 { 1 } else { -1 }, None),
            Activation::Elu => x.elu(),
            // libtorch's own has another gradient at 0.
            Activation::Selu => {
                x.where_self(&x.ge(0.0), &(x.clamp_max(0.0).expm1() * 1.673_263_242_354_377_2))
                    * 1.050_700_987_355_480_5
            }
            Activation::Softplus => x.softplus(),
        }
    }

    /// Whether Keras has the function as a layer class of its own; the others are `Activation("tanh")`.
    pub(super) fn class_name(self) -> &'static str {
        match self {
            Activation::LeakyRelu(_) => "LeakyReLU",
            _ => "Activation",
        }
    }
}

/// [`Activation`] with the shape that passes through it.
#[derive(Debug)]
pub(super) struct ActivationLayer {
    pub function: Activation,
    pub shape: Vec<i64>,
}

impl Layer for ActivationLayer {
    fn class_name(&self) -> &'static str {
        self.function.class_name()
    }

    fn output_shape(&self) -> &[i64] {
        &self.shape
    }

    fn forward(&self, x: &Tensor, _train: bool) -> Tensor {
        self.function.apply(x)
    }
}

/// Zeroes each value with probability `rate` while training and scales the others by 1 / (1 - rate).
#[derive(Debug)]
pub struct Dropout {
    rate: f64,
    shape: Vec<i64>,
}

impl Dropout {
    /// A layer for inputs of any shape; `rate` is the share that is dropped.
    pub fn new(input_shape: &[i64], rate: f64) -> Dropout {
        Dropout { rate, shape: input_shape.to_vec() }
    }
}

impl Layer for Dropout {
    fn class_name(&self) -> &'static str {
        "Dropout"
    }

    fn output_shape(&self) -> &[i64] {
        &self.shape
    }

    fn forward(&self, x: &Tensor, train: bool) -> Tensor {
        let threshold = self.rate * 256.0;
        if !train || x.device() != Device::Cpu || threshold.fract() != 0.0 {
            return x.dropout(self.rate, train);
        }
        // On a CPU libtorch draws a random number for each value, one after the other: a quarter of a step of the VAE on
        // faces. A number has eight bytes, and a byte decides as well when the rate is a multiple of 1/256.
        let bytes = random_bytes(x.numel() as i64);
        let scaled = bytes.ge(threshold) * (1.0 / (1.0 - self.rate));
        x * match x.size()[..] {
            // In the order of the pictures' memory, so that the product is one sweep.
            [n, channels, height, width] => scaled.view([n, height, width, channels]).permute([0, 3, 1, 2]),
            _ => scaled.view_as(x),
        }
    }
}

/// Bytes from 0 to 255, all equally likely.
fn random_bytes(count: i64) -> Tensor {
    let mut words = Tensor::empty([(count + 7) / 8], (Kind::Int64, Device::Cpu));
    words.random_from_(i64::MIN, None::<i64>).view_dtype(Kind::Uint8).narrow(0, 0, count)
}
