//! Layers of the growing GANs (ProGAN and StyleGAN): convolutions and dense layers with an equalized learning rate, and
//! what normalizes and resizes images between them.
//!
//! Karras, Aila, Laine and Lehtinen, "Progressive Growing of GANs for Improved Quality, Stability, and Variation",
//! 2018.

use anyhow::Result;
use common::keras::{Activation, Initializer, precision, weights};
use common::transfer::upload;
use tch::{Kind, Tensor, nn};

/// Gain of a layer with a leaky ReLU after it.
pub const RELU_GAIN: f64 = std::f64::consts::SQRT_2;
/// Added to a mean of squares before its root is taken.
const EPSILON: f64 = 1e-8;

/// A convolution of stride 1 that keeps the image's size, with an equalized learning rate (section 4.1).
///
/// Weights start from N(0, 1) and are multiplied by He's constant gain / √(fan in) whenever they are used, so that
/// Adam, which makes steps of one size, changes all layers at one speed.
///
/// Variables: `kernel` `[size, size, in, out]` in Keras' layout, and `bias` `[out]`, zeros.
#[derive(Debug)]
pub struct EqualConv {
    kernel: Tensor,
    bias: Tensor,
    scale: f64,
}

impl EqualConv {
    /// A layer from `input` to `output` channels with a square kernel of an odd size.
    ///
    /// # Errors
    /// Sizes are out of bounds.
    pub fn new(path: &nn::Path, [input, output]: [i64; 2], size: i64, gain: f64) -> Result<EqualConv> {
        Ok(EqualConv {
            kernel: weights::add(path, "kernel", &[size, size, input, output], Initializer::Normal(1.0))?,
            bias: weights::add(path, "bias", &[output], Initializer::Zeros)?,
            scale: gain / ((size * size * input) as f64).sqrt(),
        })
    }

    /// `[n, in, height, width]` -> `[n, out, height, width]`
    pub fn forward(&self, x: &Tensor) -> Tensor {
        let padding = self.kernel.size()[2] / 2;
        let [x, kernel, bias] = [x, &(&self.kernel * self.scale), &self.bias].map(precision::operand);
        x.conv2d(&kernel, Some(&bias), [1, 1], [padding, padding], [1, 1], 1)
    }
}

/// A dense layer with an equalized learning rate; see [`EqualConv`].
///
/// Variables: `kernel` `[in, out]` and `bias` `[out]`, zeros.
#[derive(Debug)]
pub struct EqualDense {
    kernel: Tensor,
    bias: Tensor,
    scale: f64,
    learning_rate: f64,
}

impl EqualDense {
    /// A layer from `input` to `output` values.
    ///
    /// # Errors
    /// Sizes are out of bounds.
    pub fn new(path: &nn::Path, sizes: [i64; 2], gain: f64) -> Result<EqualDense> {
        EqualDense::with_learning_rate(path, sizes, gain, 1.0)
    }

    /// A layer that learns at `learning_rate` times the optimizer's rate: its weights start from N(0, 1 /
    /// `learning_rate`²), and they and the biases are multiplied by `learning_rate` whenever they are used.
    ///
    /// # Errors
    /// Sizes are out of bounds.
    pub fn with_learning_rate(
        path: &nn::Path,
        [input, output]: [i64; 2],
        gain: f64,
        learning_rate: f64,
    ) -> Result<EqualDense> {
        Ok(EqualDense {
            kernel: weights::add(path, "kernel", &[input, output], Initializer::Normal(1.0 / learning_rate))?,
            bias: weights::add(path, "bias", &[output], Initializer::Zeros)?,
            scale: gain / (input as f64).sqrt() * learning_rate,
            learning_rate,
        })
    }

    /// `[n, in]` -> `[n, out]`
    pub fn forward(&self, x: &Tensor) -> Tensor {
        let (kernel, bias) = (&self.kernel * self.scale, &self.bias * self.learning_rate);
        let [x, kernel, bias] = [x, &kernel, &bias].map(precision::operand);
        bias.addmm(&x, &kernel)
    }
}

/// LeakyReLU of slope 0.2.
pub fn leaky_relu(x: &Tensor) -> Tensor {
    Activation::LeakyRelu(0.2).apply_to(x)
}

/// Pixel normalization (section 4.2): the channels of each pixel, or the values of a vector `[n, values]`, are divided
/// by the root of the mean of their squares: b = a / √(1/N Σ a² + ε).
pub fn pixel_norm(x: &Tensor) -> Tensor {
    let x = &precision::full(x);
    x * (x.square().mean_dim(1, true, None) + EPSILON).rsqrt()
}

/// Minibatch standard deviation (section 3): one more channel, which tells the discriminator how much the images of a
/// batch differ. It holds the standard deviation over groups of `group` images, averaged over all values.
///
/// `[n, c, height, width]` -> `[n, c + 1, height, width]`; `n` is a multiple of `group`, or smaller.
pub fn minibatch_stddev(x: &Tensor, group: i64) -> Tensor {
    let x = &precision::full(x);
    let size = x.size();
    let (n, height, width) = (size[0], size[2], size[3]);
    let group = group.min(n);
    // [n, c, h, w] -> [group, n / group, c, h, w]: image i is grouped with i + n / group, i + 2 n / group, ...
    let y = x.reshape([group, n / group, size[1], height, width]);
    let centred = &y - y.mean_dim(0, true, None);
    let deviation = (centred.square().mean_dim(0, false, None) + EPSILON).sqrt(); // [n / group, c, h, w]
    let mean = deviation.mean_dim([1i64, 2, 3].as_slice(), true, None); // [n / group, 1, 1, 1]
    let channel = mean.repeat([group, 1, height, width]); // [n, 1, h, w]
    Tensor::cat(&[x, &channel], 1)
}

/// Images of twice the height and width: each pixel four times.
pub fn upsample(x: &Tensor) -> Tensor {
    let size = x.size();
    x.upsample_nearest2d([2 * size[2], 2 * size[3]], None, None)
}

/// Images of half the height and width: the mean of each four pixels.
pub fn downsample(x: &Tensor) -> Tensor {
    x.avg_pool2d([2, 2], [2, 2], [0, 0], false, true, None)
}

/// Blurs with the binomial filter 1 2 1 in both directions, which makes nearest-neighbour upsampling bilinear
/// (StyleGAN's configuration B).
pub fn blur(x: &Tensor) -> Tensor {
    let channels = x.size()[1];
    let row = upload(&Tensor::from_slice(&[0.25f32, 0.5, 0.25]), x.device()).to_kind(x.kind());
    // [3, 3] -> [channels, 1, 3, 3], the same for each channel
    let kernel = row.outer(&row).expand([channels, 1, 3, 3], false);
    x.conv2d(&kernel, None::<&Tensor>, [1, 1], [1, 1], [1, 1], channels)
}

/// Points of N(0, I), `[n, z_dim]`.
pub fn noise(n: i64, z_dim: i64, device: tch::Device) -> Tensor {
    Tensor::randn([n, z_dim], (Kind::Float, device))
}

/// Mirrors each image `[n, c, height, width]` with probability 1/2.
pub fn mirrored(images: &Tensor) -> Tensor {
    let coins = Tensor::rand([images.size()[0], 1, 1, 1], (Kind::Float, tch::Device::Cpu)).gt(0.5);
    images.flip([3]).where_self(&upload(&coins, images.device()), images)
}
