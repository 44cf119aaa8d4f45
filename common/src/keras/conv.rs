use super::conv_transpose::conv2d_transpose;
use super::enlarged::conv2d_of_enlarged;
use super::shape::channels_last;
use super::{Layer, init};
use tch::{Tensor, nn};

/// How a convolution treats the border.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Padding {
    /// Zeros around the image, so that the output has ceil(n / stride) rows. The odd zero goes to the bottom and right.
    #[default]
    Same,
    /// No zeros: the kernel stays inside the image.
    Valid,
}

impl Padding {
    /// Output size of a convolution over `n` pixels.
    pub fn conv_output(self, n: i64, kernel: i64, stride: i64) -> i64 {
        match self {
            Padding::Same => (n + stride - 1) / stride,
            Padding::Valid => (n - kernel) / stride + 1,
        }
    }

    /// Zeros before and after `n` pixels.
    pub fn zeros(self, n: i64, kernel: i64, stride: i64) -> (i64, i64) {
        match self {
            Padding::Same => {
                let total = ((self.conv_output(n, kernel, stride) - 1) * stride + kernel - n).max(0);
                (total / 2, total - total / 2)
            }
            Padding::Valid => (0, 0),
        }
    }

    /// Output size of a transposed convolution over `n` pixels.
    pub fn transposed_output(self, n: i64, kernel: i64, stride: i64) -> i64 {
        match self {
            Padding::Same => n * stride,
            Padding::Valid => (n - 1) * stride + kernel.max(stride),
        }
    }
}

/// What convolutions and transposed convolutions are configured by; Keras' defaults.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Conv2dConfig {
    /// Output channels.
    pub filters: i64,
    /// Side of the square kernel, in pixels.
    pub kernel_size: i64,
    /// Step of the kernel, in pixels.
    pub stride: i64,
    /// `Same` here, since the book always says so; Keras' own default is `Valid`.
    pub padding: Padding,
    /// Whether a bias is added to each channel.
    pub bias: bool,
    /// How the kernel starts.
    pub start: init::Kernel,
}

impl Conv2dConfig {
    /// `same` padding, a bias, Glorot uniform.
    pub fn new(filters: i64, kernel_size: i64, stride: i64) -> Conv2dConfig {
        Conv2dConfig {
            filters,
            kernel_size,
            stride,
            padding: Padding::Same,
            bias: true,
            start: init::Kernel::GlorotUniform,
        }
    }
}

/// Two-dimensional convolution.
///
/// Variables: `kernel`, here `[out, in, height, width]` with channels-last strides, and `bias` `[out]`.
#[derive(Debug)]
pub struct Conv2d {
    kernel: Tensor,
    bias: Option<Tensor>,
    config: Conv2dConfig,
    output_shape: [i64; 3],
}

impl Conv2d {
    /// A layer for images of shape `[height, width, channels]`.
    pub fn new(path: &nn::Path, input_shape: &[i64], config: Conv2dConfig) -> Conv2d {
        let [height, width, channels] = image_shape(input_shape);
        let Conv2dConfig { filters, kernel_size: k, stride, padding, .. } = config;
        let (kernel, bias) = variables(path, &[k, k, channels, filters], config);
        let output_shape = [padding.conv_output(height, k, stride), padding.conv_output(width, k, stride), filters];
        Conv2d { kernel, bias, config, output_shape }
    }
}

impl Layer for Conv2d {
    fn class_name(&self) -> &'static str {
        "Conv2D"
    }

    fn output_shape(&self) -> &[i64] {
        &self.output_shape
    }

    fn forward(&self, x: &Tensor, _train: bool) -> Tensor {
        let Conv2dConfig { kernel_size: k, stride, padding, .. } = self.config;
        let (_, _, height, width) = x.size4().expect("a convolution takes [batch, channels, height, width]");
        let (top, bottom) = padding.zeros(height, k, stride);
        let (left, right) = padding.zeros(width, k, stride);
        let conv = |x: &Tensor| x.conv2d(&self.kernel, self.bias.as_ref(), [stride, stride], [top, left], [1, 1], 1);
        if top == bottom && left == right {
            return conv(x);
        }
        // libtorch pads both sides alike, Keras puts the odd zero at the bottom and right. Only that one is put there
        // beforehand: over its own zeros libtorch need not compute.
        conv(&x.constant_pad_nd([0, right - left, 0, bottom - top]))
    }

    fn pull_back(&self, x: &Tensor, dy: &Tensor) -> Option<Tensor> {
        let dx = conv2d_transpose(dy, &self.kernel, None, self.config);
        // A `same` convolution forgets whether the last stride was a whole one.
        (dx.size() == x.size()).then_some(dx)
    }

    fn forward_enlarged(&self, x: &Tensor, factor: i64) -> Option<Tensor> {
        let foldable = self.config.stride == 1 && self.config.padding == Padding::Same;
        foldable.then(|| conv2d_of_enlarged(x, &self.kernel, self.bias.as_ref(), factor))
    }

    fn trainable(&self) -> Vec<&Tensor> {
        std::iter::once(&self.kernel).chain(&self.bias).collect()
    }
}

/// The variables of a convolution; `keras_shape` ends in the two channel axes.
pub(super) fn variables(path: &nn::Path, keras_shape: &[i64; 4], config: Conv2dConfig) -> (Tensor, Option<Tensor>) {
    let start = super::weights::from_keras(&config.start.make(keras_shape, path.device()));
    let kernel = path.add("kernel", channels_last(&start), true);
    let bias = config.bias.then(|| path.zeros("bias", &[config.filters]));
    (kernel, bias)
}

/// `[height, width, channels]`, or a panic that names the mistake.
pub(super) fn image_shape(shape: &[i64]) -> [i64; 3] {
    shape.try_into().unwrap_or_else(|_| panic!("expected a shape [height, width, channels], got {shape:?}"))
}
