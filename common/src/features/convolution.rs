use super::Weights;
use crate::keras::Padding;
use anyhow::Result;
use tch::{Device, Tensor};

/// TensorFlow's epsilon, with which these nets were trained; libtorch's is 1e-5.
const EPSILON: f64 = 1e-3;

/// A convolution fused with the batch normalization after it: y = (conv(x) - mean) · gamma / √(variance + ε) + beta is
/// a convolution with other weights and a bias.
#[derive(Debug)]
pub(super) struct Convolution {
    kernel: Tensor,
    bias: Tensor,
    stride: i64,
    groups: i64,
    padding: Padding,
}

impl Convolution {
    /// From the weights of a convolution and of a batch normalization by their names, with TensorFlow's `same` padding;
    /// the kernel is `[filters, channels, height, width]`.
    pub fn new(w: &Weights, conv: &str, norm: &str, shape: [i64; 4], stride: i64, device: Device) -> Result<Self> {
        let filters = shape[0];
        let of_norm = |part: &str| w.get(&format!("{norm}.{part}"), &[filters]);
        let scale = of_norm("weight")? / (of_norm("running_var")? + EPSILON).sqrt();
        let bias = of_norm("bias")? - of_norm("running_mean")? * &scale;
        let kernel = w.get(&format!("{conv}.weight"), &shape)? * scale.view([-1, 1, 1, 1]);
        let (kernel, bias) = (kernel.to_device(device), bias.to_device(device));
        Ok(Convolution { kernel, bias, stride, groups: 1, padding: Padding::Same })
    }

    /// The same in groups of channels that do not see each other; as many as there are channels if it is depthwise.
    pub fn groups(self, groups: i64) -> Convolution {
        Convolution { groups, ..self }
    }

    /// The same with another padding.
    pub fn padding(self, padding: Padding) -> Convolution {
        Convolution { padding, ..self }
    }

    pub fn filters(&self) -> i64 {
        self.bias.size()[0]
    }

    /// Of images `[n, channels, height, width]`.
    pub fn forward(&self, x: &Tensor) -> Tensor {
        let [_, _, kernel_height, kernel_width] = self.kernel.size()[..] else {
            unreachable!("kernels have four axes")
        };
        let (height, width) = (x.size()[2], x.size()[3]);
        let (top, bottom) = self.padding.zeros(height, kernel_height, self.stride);
        let (left, right) = self.padding.zeros(width, kernel_width, self.stride);
        let (stride, groups) = ([self.stride; 2], self.groups);
        if (top, left) == (bottom, right) {
            return x.conv2d(&self.kernel, Some(&self.bias), stride, [top, left], [1, 1], groups);
        }
        let padded = x.constant_pad_nd([left, right, top, bottom]);
        padded.conv2d(&self.kernel, Some(&self.bias), stride, [0, 0], [1, 1], groups)
    }
}
