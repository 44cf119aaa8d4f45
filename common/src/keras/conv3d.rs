use super::conv::spatial;
use super::conv2d::variables;
use super::{Activation, Conv, Layer, Shape};
use anyhow::Result;
use tch::{Tensor, nn};

/// Three-dimensional convolution over volumes `[depth, height, width, channels]`.
///
/// Variables: `kernel`, here `[out, in, depth, height, width]` with channels-last strides, and `bias` `[out]`.
#[derive(Debug)]
pub struct Conv3d {
    kernel: Tensor,
    bias: Option<Tensor>,
    pub(super) config: Conv<3>,
}

impl Conv3d {
    /// A layer for volumes of shape `[depth, height, width, channels]`.
    ///
    /// # Errors
    /// The shape has other axes, or sizes are out of bounds.
    pub fn new(path: &nn::Path, input: &Shape, config: Conv<3>) -> Result<Conv3d> {
        config.check()?;
        let [d, h, w] = config.kernel_size;
        let (kernel, bias) = variables(path, &[d, h, w, input.channels()?, config.filters], config)?;
        Ok(Conv3d { kernel, bias, config })
    }
}

impl Layer for Conv3d {
    fn class_name(&self) -> &'static str {
        "Conv3D"
    }

    fn output_shape(&self, input: &Shape) -> Result<Shape> {
        input.ensure_channels(self.kernel.size()[1])?;
        self.config.output_shape(input, |n, kernel, stride| self.config.padding.conv_output(n, kernel, stride))
    }

    fn forward(&self, x: &Tensor, _train: bool) -> Tensor {
        let Conv { kernel_size, strides, padding, .. } = self.config;
        let size: [i64; 3] = spatial(&x.size());
        let zeros = [0, 1, 2].map(|axis| padding.zeros(size[axis], kernel_size[axis], strides[axis]));
        let before = zeros.map(|(before, _)| before);
        let conv = |x: &Tensor| {
            let y = x.conv3d(&self.kernel, self.bias.as_ref(), strides, before, [1, 1, 1], 1);
            Activation::behind(self.config.activation, y)
        };
        // As in two dimensions: only Keras' odd zeros are put there beforehand.
        let odd = zeros.map(|(before, after)| after - before);
        if odd == [0; 3] { conv(x) } else { conv(&x.constant_pad_nd([0, odd[2], 0, odd[1], 0, odd[0]])) }
    }

    fn trainable(&self) -> Vec<&Tensor> {
        std::iter::once(&self.kernel).chain(&self.bias).collect()
    }
}
