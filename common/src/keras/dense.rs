use super::{Layer, init};
use tch::{Tensor, nn};

/// Fully connected layer: y = x W + b, on the last axis.
///
/// Variables: `kernel` `[in, units]`, Glorot uniform, and `bias` `[units]`, zeros; both in Keras' layout.
#[derive(Debug)]
pub struct Dense {
    kernel: Tensor,
    bias: Option<Tensor>,
    output_shape: Vec<i64>,
}

impl Dense {
    /// A layer for inputs of shape `[.., features]`.
    ///
    /// # Panics
    /// If `input_shape` is empty.
    pub fn new(path: &nn::Path, input_shape: &[i64], units: i64) -> Dense {
        Dense::with_kernel(path, input_shape, units, init::Kernel::GlorotUniform, true)
    }

    /// The same with another start of the kernel, or without a bias.
    pub fn with_kernel(path: &nn::Path, input_shape: &[i64], units: i64, start: init::Kernel, bias: bool) -> Dense {
        let (features, before) = input_shape.split_last().expect("a dense layer needs an input axis");
        let kernel = path.add("kernel", start.make(&[*features, units], path.device()), true);
        let bias = bias.then(|| path.zeros("bias", &[units]));
        Dense { kernel, bias, output_shape: [before, &[units]].concat() }
    }
}

impl Layer for Dense {
    fn class_name(&self) -> &'static str {
        "Dense"
    }

    fn output_shape(&self) -> &[i64] {
        &self.output_shape
    }

    fn forward(&self, x: &Tensor, _train: bool) -> Tensor {
        match &self.bias {
            Some(bias) if x.dim() == 2 => bias.addmm(x, &self.kernel),
            Some(bias) => x.matmul(&self.kernel) + bias,
            None => x.matmul(&self.kernel),
        }
    }

    fn pull_back(&self, _x: &Tensor, dy: &Tensor) -> Option<Tensor> {
        Some(dy.matmul(&self.kernel.transpose(0, 1)))
    }

    fn trainable(&self) -> Vec<&Tensor> {
        std::iter::once(&self.kernel).chain(&self.bias).collect()
    }
}
