use super::conv::{Conv2dConfig, Padding, picture_shape, variables};
use super::{Layer, shape::channels_last};
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
    /// A layer for pictures of shape `[height, width, channels]`.
    pub fn new(path: &nn::Path, input_shape: &[i64], config: Conv2dConfig) -> Conv2dTranspose {
        let [height, width, channels] = picture_shape(input_shape);
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
        let Conv2dConfig { kernel_size: k, stride, padding, .. } = self.config;
        let bias = self.bias.as_ref();
        let strides = [stride, stride];
        // Uncropped, the output has (n - 1) · stride + k pixels. `same` keeps n · stride of them and, like the
        // convolution that this is the gradient of, drops the odd one at the bottom and right.
        let surplus = k - stride;
        match padding {
            Padding::Same if surplus >= 0 && surplus % 2 == 0 => {
                let crop = surplus / 2;
                x.conv_transpose2d(&self.kernel, bias, strides, [crop, crop], [0, 0], 1, [1, 1])
            }
            Padding::Same if surplus > 0 => {
                // A row and a column of zeros before the kernel shift the picture by one pixel, which makes the crop
                // symmetric: libtorch does it by itself, and no copy of the output is needed.
                let kernel = channels_last(&self.kernel.constant_pad_nd([1, 0, 1, 0]));
                let crop = surplus / 2 + 1;
                x.conv_transpose2d(&kernel, bias, strides, [crop, crop], [0, 0], 1, [1, 1])
            }
            // A stride larger than the kernel leaves pixels that no kernel reaches: the bias alone.
            _ => {
                let missing = (-surplus).max(0);
                x.conv_transpose2d(&self.kernel, bias, strides, [0, 0], [missing, missing], 1, [1, 1])
            }
        }
    }

    fn trainable(&self) -> Vec<&Tensor> {
        std::iter::once(&self.kernel).chain(&self.bias).collect()
    }
}
