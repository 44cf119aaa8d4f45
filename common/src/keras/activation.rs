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

    fn pull_back(&self, x: &Tensor, dy: &Tensor) -> Option<Tensor> {
        match self.function {
            Activation::Relu => Some(x.leaky_relu_backward(dy, 0.0, false)),
            Activation::LeakyRelu(slope) => Some(x.leaky_relu_backward(dy, slope, false)),
            _ => None,
        }
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
        if !train || x.device() != Device::Cpu {
            return x.dropout(self.rate, train);
        }
        // On a CPU libtorch draws a random number for each value, one after the other: a quarter of a step of the VAE on
        // faces. Such a number has eight bytes. One byte decides as well when the rate is a multiple of 1/256, and two
        // when it need not be met closer than to 1/131,072.
        let (kind, values) =
            if (self.rate * 256.0).fract() == 0.0 { (Kind::Uint8, 256.0) } else { (Kind::Int16, 65536.0) };
        let lowest = if kind == Kind::Uint8 { 0.0 } else { -32768.0 };
        let dropped = (self.rate * values).round().min(values - 1.0);
        let kept = random_integers(x.numel() as i64, kind).ge(dropped + lowest);
        let scaled = kept * (values / (values - dropped));
        x * match x.size()[..] {
            // In the order of the images' memory, so that the product is one sweep.
            [n, channels, height, width] => scaled.view([n, height, width, channels]).permute([0, 3, 1, 2]),
            _ => scaled.view_as(x),
        }
    }
}

/// Integers of a kind, all equally likely.
fn random_integers(count: i64, kind: Kind) -> Tensor {
    let in_a_word = 8 / kind.elt_size_in_bytes() as i64;
    let mut words = Tensor::empty([(count + in_a_word - 1) / in_a_word], (Kind::Int64, Device::Cpu));
    words.random_from_(i64::MIN, None::<i64>).view_dtype(kind).narrow(0, 0, count)
}
