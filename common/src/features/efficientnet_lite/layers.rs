use super::architecture::BlockShape;
use super::weights::Weights;
use crate::keras::Padding;
use anyhow::Result;
use tch::{Device, Tensor};

/// TensorFlow's epsilon, as in the package; libtorch's is 1e-5.
const EPSILON: f64 = 1e-3;

/// A convolution fused with the batch normalization after it: y = (conv(x) - mean) · gamma / √(variance + ε) + beta is
/// a convolution with other weights and a bias.
#[derive(Debug)]
pub(super) struct Convolution {
    kernel: Tensor,
    bias: Tensor,
    stride: i64,
    groups: i64,
}

impl Convolution {
    /// From the weights of a convolution and of a batch normalization by their names; the kernel is
    /// `[filters, channels, height, width]`.
    pub fn new(w: &Weights, conv: &str, norm: &str, shape: [i64; 4], stride: i64, device: Device) -> Result<Self> {
        let filters = shape[0];
        let of_norm = |part: &str| w.get(&format!("{norm}.{part}"), &[filters]);
        let scale = of_norm("weight")? / (of_norm("running_var")? + EPSILON).sqrt();
        let bias = of_norm("bias")? - of_norm("running_mean")? * &scale;
        let kernel = w.get(&format!("{conv}.weight"), &shape)? * scale.view([-1, 1, 1, 1]);
        Ok(Convolution { kernel: kernel.to_device(device), bias: bias.to_device(device), stride, groups: 1 })
    }

    /// The same for a depthwise convolution.
    pub fn depthwise(w: &Weights, conv: &str, norm: &str, block: BlockShape, device: Device) -> Result<Self> {
        let (channels, k) = (block.input * block.expand, block.kernel);
        let convolution = Convolution::new(w, conv, norm, [channels, 1, k, k], block.stride, device)?;
        Ok(Convolution { groups: channels, ..convolution })
    }

    pub fn filters(&self) -> i64 {
        self.bias.size()[0]
    }

    /// With TensorFlow's `same` padding.
    pub fn forward(&self, x: &Tensor) -> Tensor {
        let [_, _, kernel_height, kernel_width] = self.kernel.size()[..] else {
            unreachable!("kernels have four axes")
        };
        let (height, width) = (x.size()[2], x.size()[3]);
        let (top, bottom) = Padding::Same.zeros(height, kernel_height, self.stride);
        let (left, right) = Padding::Same.zeros(width, kernel_width, self.stride);
        let (stride, groups) = ([self.stride; 2], self.groups);
        if (top, left) == (bottom, right) {
            return x.conv2d(&self.kernel, Some(&self.bias), stride, [top, left], [1, 1], groups);
        }
        let padded = x.constant_pad_nd([left, right, top, bottom]);
        padded.conv2d(&self.kernel, Some(&self.bias), stride, [0, 0], [1, 1], groups)
    }
}

/// Mobile inverted bottleneck: expansion to more channels, depthwise convolution, projection to fewer, and a residual
/// connection if the shapes agree.
#[derive(Debug)]
pub(super) struct Block {
    expand: Option<Convolution>,
    depthwise: Convolution,
    project: Convolution,
    residual: bool,
}

impl Block {
    /// Block `i` of the net, counted from 0.
    pub fn new(weights: &Weights, i: usize, shape: BlockShape, device: Device) -> Result<Block> {
        let BlockShape { stride, expand, input, filters, .. } = shape;
        let inside = input * expand;
        let name = |part: &str| format!("_blocks.{i}.{part}");
        let pointwise = |conv: &str, norm: &str, from: i64, to: i64| {
            Convolution::new(weights, &name(conv), &name(norm), [to, from, 1, 1], 1, device)
        };
        Ok(Block {
            expand: (expand > 1).then(|| pointwise("_expand_conv", "_bn0", input, inside)).transpose()?,
            depthwise: Convolution::depthwise(weights, &name("_depthwise_conv"), &name("_bn1"), shape, device)?,
            project: pointwise("_project_conv", "_bn2", inside, filters)?,
            residual: stride == 1 && input == filters,
        })
    }

    pub fn forward(&self, x: &Tensor) -> Tensor {
        let inside = self.expand.as_ref().map_or_else(|| x.shallow_clone(), |expand| expand.forward(x).relu6());
        let y = self.project.forward(&self.depthwise.forward(&inside).relu6());
        if self.residual { y + x } else { y }
    }
}
