use super::conv::spatial;
use super::conv2d::variables;
use super::{Activation, Conv, Layer, Padding, Shape, patches, precision};
use anyhow::Result;
use tch::{Tensor, nn};

/// Two-dimensional transposed convolution: with `same` padding the gradient of the `same` convolution, so that
/// n pixels become n · stride.
///
/// Variables: `kernel`, here `[in, out, height, width]` with channels-last strides, and `bias` `[out]`.
#[derive(Debug)]
pub struct Conv2dTranspose {
    kernel: Tensor,
    bias: Option<Tensor>,
    pub(super) config: Conv<2>,
}

impl Conv2dTranspose {
    /// A layer for images of shape `[height, width, channels]`.
    ///
    /// # Errors
    /// The shape has other axes, or sizes are out of bounds.
    pub fn new(path: &nn::Path, input: &Shape, config: Conv<2>) -> Result<Conv2dTranspose> {
        config.check()?;
        let [h, w] = config.kernel_size;
        let (kernel, bias) = variables(path, &[h, w, config.filters, input.channels()?], config)?;
        Ok(Conv2dTranspose { kernel, bias, config })
    }
}

impl Layer for Conv2dTranspose {
    fn class_name(&self) -> &'static str {
        "Conv2DTranspose"
    }

    fn output_shape(&self, input: &Shape) -> Result<Shape> {
        input.ensure_channels(self.kernel.size()[0])?;
        self.config.output_shape(input, |n, kernel, stride| self.config.padding.transposed_output(n, kernel, stride))
    }

    fn forward(&self, x: &Tensor, _train: bool) -> Tensor {
        let y = conv2d_transpose(x, &self.kernel, self.bias.as_ref(), self.config);
        Activation::behind(self.config.activation, y)
    }

    fn trainable(&self) -> Vec<&Tensor> {
        std::iter::once(&self.kernel).chain(&self.bias).collect()
    }
}

/// The operation: `x` is `[n, in, height, width]`, `kernel` `[in, out, height, width]`.
pub(super) fn conv2d_transpose(x: &Tensor, kernel: &Tensor, bias: Option<&Tensor>, config: Conv<2>) -> Tensor {
    let [height, width] = spatial(&x.size());
    if let Some(patches) = config.transposed_patches([height, width]) {
        return patches::conv_transpose(x, kernel, bias, patches);
    }
    let mut y = without_bias(&precision::operand(x), &precision::operand(kernel), [height, width], config);
    // Given to libtorch, the bias would cost more: oneDNN sums its gradient in reference code.
    if let Some(bias) = bias {
        let _ = y.g_add_(&precision::operand(bias).view([-1, 1, 1]));
    }
    y
}

fn without_bias(x: &Tensor, kernel: &Tensor, [height, width]: [i64; 2], config: Conv<2>) -> Tensor {
    let Conv { kernel_size, strides, padding, .. } = config;
    let transposed = |x: &Tensor, kernel: &Tensor, crop: [i64; 2], more: [i64; 2]| {
        x.conv_transpose2d(kernel, None::<Tensor>, strides, crop, more, 1, [1, 1])
    };
    // Uncropped, the output has (n - 1) · stride + k pixels. `same` keeps n · stride of them and, like the
    // convolution that this is the gradient of, drops the odd one at the bottom and right.
    let surplus = [0, 1].map(|axis| kernel_size[axis] - strides[axis]);
    let crop = |axis: usize| match padding {
        Padding::Same => surplus[axis].max(0),
        Padding::Valid => 0,
    };
    let odd = [0, 1].map(|axis| crop(axis) % 2);
    let half = [0, 1].map(|axis| crop(axis) / 2);
    // A stride larger than the kernel leaves pixels that no kernel reaches: they are 0.
    let unreached = surplus.map(|surplus| (-surplus).max(0));
    if odd == [0, 0] {
        return transposed(x, kernel, half, unreached);
    }
    // libtorch drops the odd one at the top and left: where Keras does, after a turn by half a circle.
    // Two turns cost less than computing the odd pixels and cutting them off.
    if unreached == [0, 0] && (0..2).all(|axis| odd[axis] == 0 || strides[axis] > 1) {
        let half_turn = |t: &Tensor| t.flip([2, 3]);
        let crop = [half[0] + odd[0], half[1] + odd[1]];
        return half_turn(&transposed(&half_turn(x), &half_turn(kernel), crop, odd));
    }
    let whole = transposed(x, kernel, half, unreached);
    whole.narrow(2, 0, height * strides[0]).narrow(3, 0, width * strides[1])
}
