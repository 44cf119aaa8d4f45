use super::Layer;
use super::conv::{Conv2dConfig, Padding, image_shape, variables};
use tch::{Tensor, nn};

/// Two-dimensional transposed convolution: with `same` padding the gradient of the `same` convolution, so that
/// n pixels become n · stride.
///
/// Variables: `kernel`, here `[in, out, height, width]` with channels-last strides, and `bias` `[out]`.
#[derive(Debug)]
pub struct Conv2dTranspose {
    kernel: Tensor,
    bias: Option<Tensor>,
    config: Conv2dConfig,
    output_shape: [i64; 3],
}

impl Conv2dTranspose {
    /// A layer for images of shape `[height, width, channels]`.
    pub fn new(path: &nn::Path, input_shape: &[i64], config: Conv2dConfig) -> Conv2dTranspose {
        let [height, width, channels] = image_shape(input_shape);
        let Conv2dConfig { filters, kernel_size: k, stride, padding, .. } = config;
        let (kernel, bias) = variables(path, &[k, k, filters, channels], config);
        let output_shape =
            [padding.transposed_output(height, k, stride), padding.transposed_output(width, k, stride), filters];
        Conv2dTranspose { kernel, bias, config, output_shape }
    }
}

impl Layer for Conv2dTranspose {
    fn class_name(&self) -> &'static str {
        "Conv2DTranspose"
    }

    fn output_shape(&self) -> &[i64] {
        &self.output_shape
    }

    fn forward(&self, x: &Tensor, _train: bool) -> Tensor {
        conv2d_transpose(x, &self.kernel, self.bias.as_ref(), self.config)
    }

    fn trainable(&self) -> Vec<&Tensor> {
        std::iter::once(&self.kernel).chain(&self.bias).collect()
    }
}

/// The operation: `x` is `[n, in, height, width]`, `kernel` `[in, out, k, k]`.
pub(super) fn conv2d_transpose(x: &Tensor, kernel: &Tensor, bias: Option<&Tensor>, config: Conv2dConfig) -> Tensor {
    let Conv2dConfig { kernel_size: k, stride, padding, .. } = config;
    let transposed = |x: &Tensor, kernel: &Tensor, crop: i64, more: i64| {
        x.conv_transpose2d(kernel, bias, [stride, stride], [crop, crop], [more, more], 1, [1, 1])
    };
    // Uncropped, the output has (n - 1) · stride + k pixels. `same` keeps n · stride of them and, like the
    // convolution that this is the gradient of, drops the odd one at the bottom and right.
    let surplus = k - stride;
    match padding {
        Padding::Same if surplus >= 0 && surplus % 2 == 0 => transposed(x, kernel, surplus / 2, 0),
        // libtorch drops the odd one at the top and left: where Keras does, after a turn by half a circle.
        // Two turns cost less than computing the odd pixels and cutting them off.
        Padding::Same if surplus > 0 && stride > 1 => {
            let half_turn = |t: &Tensor| t.flip([2, 3]);
            half_turn(&transposed(&half_turn(x), &half_turn(kernel), surplus / 2 + 1, 1))
        }
        Padding::Same if surplus > 0 => {
            let (height, width) = (x.size()[2], x.size()[3]);
            let whole = transposed(x, kernel, surplus / 2, 0);
            whole.narrow(2, 0, height).narrow(3, 0, width)
        }
        // A stride larger than the kernel leaves pixels that no kernel reaches: the bias alone.
        _ => transposed(x, kernel, 0, (-surplus).max(0)),
    }
}
