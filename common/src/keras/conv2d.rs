use super::conv::spatial;
use super::init::Initializer;
use super::{Activation, Conv, Layer, Padding, Shape, precision, weights};
use anyhow::Result;
use tch::{Tensor, nn};

/// Two-dimensional convolution.
///
/// Variables: `kernel`, here `[out, in, height, width]` with channels-last strides, and `bias` `[out]`.
#[derive(Debug)]
pub struct Conv2d {
    pub(super) kernel: Tensor,
    pub(super) bias: Option<Tensor>,
    pub(super) config: Conv<2>,
}

impl Conv2d {
    /// A layer for images of shape `[height, width, channels]`.
    ///
    /// # Errors
    /// The shape has other axes, or sizes are out of bounds.
    pub fn new(path: &nn::Path, input: &Shape, config: Conv<2>) -> Result<Conv2d> {
        config.check()?;
        let [h, w] = config.kernel_size;
        let (kernel, bias) = variables(path, &[h, w, input.channels()?, config.filters], config)?;
        Ok(Conv2d { kernel, bias, config })
    }
}

impl Layer for Conv2d {
    fn class_name(&self) -> &'static str {
        "Conv2D"
    }

    fn output_shape(&self, input: &Shape) -> Result<Shape> {
        input.ensure_channels(self.kernel.size()[1])?;
        self.config.output_shape(input, |n, kernel, stride| self.config.padding.conv_output(n, kernel, stride))
    }

    fn forward(&self, x: &Tensor, _train: bool) -> Tensor {
        let Conv { kernel_size, strides, padding, .. } = self.config;
        let size: [i64; 2] = spatial(&x.size());
        let [(top, bottom), (left, right)] =
            [0, 1].map(|axis| padding.zeros(size[axis], kernel_size[axis], strides[axis]));
        let (x, kernel) = (&precision::operand(x), precision::operand(&self.kernel));
        let bias = self.bias.as_ref().map(precision::operand);
        let conv = |x: &Tensor| {
            let y = x.conv2d(&kernel, bias.as_ref(), strides, [top, left], [1, 1], 1);
            Activation::behind(self.config.activation, y)
        };
        if top == bottom && left == right {
            return conv(x);
        }
        // libtorch pads both sides alike, Keras puts the odd zero at the bottom and right. Only that one is put there
        // beforehand: over its own zeros libtorch need not compute.
        conv(&x.constant_pad_nd([0, right - left, 0, bottom - top]))
    }

    fn trainable(&self) -> Vec<&Tensor> {
        std::iter::once(&self.kernel).chain(&self.bias).collect()
    }
}

impl Conv2d {
    /// Whether nearest-neighbour upsampling in front of it can be folded into it.
    pub(super) fn is_foldable(&self) -> bool {
        self.config.activation.is_none()
            && self.config.strides == [1, 1]
            && self.config.padding == Padding::Same
            && self.config.kernel_size[0] == self.config.kernel_size[1]
    }
}

/// The variables of a convolution; `shape` is Keras' and ends in the two channel axes.
pub(super) fn variables<const N: usize>(
    path: &nn::Path,
    shape: &[i64],
    config: Conv<N>,
) -> Result<(Tensor, Option<Tensor>)> {
    let kernel = weights::add(path, "kernel", shape, config.kernel_initializer)?;
    let bias = config.bias.then(|| weights::add(path, "bias", &[config.filters], Initializer::Zeros)).transpose()?;
    Ok((kernel, bias))
}
