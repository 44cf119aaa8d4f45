use super::init::Initializer;
use super::limits::LONGEST_SIDE;
use super::{Activation, Shape};
use anyhow::{Context, Result, ensure};
use serde::{Deserialize, Serialize};

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
            Padding::Valid => (n - kernel).div_euclid(stride) + 1,
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

/// A size along each axis; one number stands for all of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sides<const N: usize>(pub(super) [i64; N]);

impl<const N: usize> From<i64> for Sides<N> {
    fn from(side: i64) -> Sides<N> {
        Sides([side; N])
    }
}

impl<const N: usize> From<[i64; N]> for Sides<N> {
    fn from(sides: [i64; N]) -> Sides<N> {
        Sides(sides)
    }
}

/// Configuration of a convolution over `N` axes, transposed or not: `Conv::new(64, 3).strides(2)`.
///
/// Kernel sizes and strides are numbers of pixels, `[height, width]` (and depth first for `N` = 3), or one number for
/// all axes. Padding is `same` unless said otherwise, since the book nearly always says so; Keras' own default is
/// `valid`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Conv<const N: usize> {
    pub(super) filters: i64,
    pub(super) kernel_size: [i64; N],
    pub(super) strides: [i64; N],
    pub(super) padding: Padding,
    pub(super) bias: bool,
    pub(super) activation: Option<Activation>,
    pub(super) kernel_initializer: Initializer,
}

impl<const N: usize> Conv<N> {
    /// Stride 1, `same` padding, a bias, Glorot uniform kernels.
    pub fn new(filters: i64, kernel_size: impl Into<Sides<N>>) -> Conv<N> {
        Conv {
            filters,
            kernel_size: kernel_size.into().0,
            strides: [1; N],
            padding: Padding::Same,
            bias: true,
            activation: None,
            kernel_initializer: Initializer::GlorotUniform,
        }
    }

    /// The strides.
    pub fn strides(self, strides: impl Into<Sides<N>>) -> Conv<N> {
        Conv { strides: strides.into().0, ..self }
    }

    /// The padding.
    pub fn padding(self, padding: Padding) -> Conv<N> {
        Conv { padding, ..self }
    }

    /// Without a bias.
    pub fn without_bias(self) -> Conv<N> {
        Conv { bias: false, ..self }
    }

    /// With an activation as a part of the layer.
    pub fn activation(self, activation: Activation) -> Conv<N> {
        Conv { activation: Some(activation), ..self }
    }

    /// The kernel initializer.
    pub fn kernel_initializer(self, kernel_initializer: Initializer) -> Conv<N> {
        Conv { kernel_initializer, ..self }
    }

    /// Validates filters, kernel sizes and strides: from 1 to 4096.
    pub(super) fn check(&self) -> Result<()> {
        let sizes = self.kernel_size.iter().chain(&self.strides).chain([&self.filters]);
        for size in sizes {
            ensure!(
                (1..=LONGEST_SIDE).contains(size),
                "filters, strides and kernel sizes must lie between 1 and {LONGEST_SIDE}, not {size}"
            );
        }
        Ok(())
    }

    /// The output's shape; `output` computes its size along one axis.
    pub(super) fn output_shape(&self, input: &Shape, output: impl Fn(i64, i64, i64) -> i64) -> Result<Shape> {
        ensure!(input.len() == N + 1, "takes tensors with {} axes besides the batch, not {input}", N + 1);
        let mut shape = vec![];
        for (axis, size) in input[..N].iter().enumerate() {
            let size = match size {
                Some(size) => {
                    let size = output(*size, self.kernel_size[axis], self.strides[axis]);
                    ensure!(size > 0, "a kernel of {} pixels does not fit into {input}", self.kernel_size[axis]);
                    ensure!(
                        size <= LONGEST_SIDE,
                        "makes images of {size} pixels: they may have {LONGEST_SIDE} pixels a side"
                    );
                    Some(size)
                }
                None => None,
            };
            shape.push(size);
        }
        shape.push(Some(self.filters));
        Ok(Shape::from(shape))
    }
}

/// A convolution of images in a configuration: a square kernel, `same` padding.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConvConfig {
    /// Output channels.
    pub filters: i64,
    /// Side of the kernel, in pixels.
    pub kernel: i64,
    /// Stride, in pixels.
    pub stride: i64,
}

impl From<ConvConfig> for Conv<2> {
    fn from(ConvConfig { filters, kernel, stride }: ConvConfig) -> Conv<2> {
        Conv::new(filters, kernel).strides(stride)
    }
}

/// The last `N` axes of a tensor `[batch, channels, ..]`.
pub(super) fn spatial<const N: usize>(size: &[i64]) -> [i64; N] {
    // Shapes were checked when the net was built; a tensor of other axes is a mistake in the program that calls it.
    let axes = size.get(2..).with_context(|| format!("a convolution takes [batch, channels, ..], not {size:?}"));
    axes.and_then(|axes| Ok(axes.try_into()?)).unwrap_or_else(|error| panic!("{error:#}"))
}
