use super::conv::spatial;
use super::conv2d::variables;
use super::{Activation, Conv, Layer, Shape, patches, precision};
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
        let y = match self.config.patches(spatial(&x.size())) {
            Some(patches) => patches::conv(x, &self.kernel, self.bias.as_ref(), patches),
            None => self.overlapping(x),
        };
        Activation::behind(self.config.activation, y)
    }

    fn trainable(&self) -> Vec<&Tensor> {
        std::iter::once(&self.kernel).chain(&self.bias).collect()
    }
}

impl Conv3d {
    /// The convolution where patches overlap.
    fn overlapping(&self, x: &Tensor) -> Tensor {
        let (x, kernel) = (&precision::operand(x), precision::operand(&self.kernel));
        let bias = self.bias.as_ref().map(precision::operand);
        let zeros = self.zeros(spatial(&x.size()));
        let before = zeros.map(|(before, _)| before);
        // As in two dimensions: only Keras' odd zeros are put there beforehand.
        let odd = zeros.map(|(before, after)| after - before);
        let padded = (odd != [0; 3]).then(|| x.constant_pad_nd([0, odd[2], 0, odd[1], 0, odd[0]]));
        padded.as_ref().unwrap_or(x).conv3d(&kernel, bias.as_ref(), self.config.strides, before, [1, 1, 1], 1)
    }

    /// Zeros before and after each axis of a volume of this size.
    fn zeros(&self, size: [i64; 3]) -> [(i64, i64); 3] {
        let Conv { kernel_size, strides, padding, .. } = self.config;
        [0, 1, 2].map(|axis| padding.zeros(size[axis], kernel_size[axis], strides[axis]))
    }

    /// The gradient with respect to a volume of this size, given the one with respect to the output; none if the
    /// convolution leaves values of the volume out.
    pub(super) fn vjp(&self, size: [i64; 3], dy: &Tensor) -> Option<Tensor> {
        if let Some(patches) = self.config.patches(size) {
            return Some(patches::conv_transpose(dy, &self.kernel, None, patches));
        }
        let zeros = self.zeros(size).map(|(before, _)| before);
        let strides = self.config.strides;
        // libtorch crops both sides alike: where Keras puts one zero more after the volume, that is still there.
        let (dy, kernel) = (precision::operand(dy), precision::operand(&self.kernel));
        let dx = dy.conv_transpose3d(&kernel, None::<&Tensor>, strides, zeros, [0, 0, 0], 1, [1, 1, 1]);
        let found: [i64; 3] = spatial(&dx.size());
        let cropped = (0..3).fold(dx, |dx, axis| dx.narrow(2 + axis as i64, 0, size[axis].min(found[axis])));
        (0..3).all(|axis| found[axis] >= size[axis]).then_some(cropped)
    }
}
