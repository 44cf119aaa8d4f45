//! Convolution with a hand-made filter (pp. 74-77), by libtorch and by a plain loop.

use anyhow::{Result, ensure};
use ndarray::{Array2, ArrayView2, ArrayView3};
use tch::{Kind, Tensor};

/// A 3 × 3 filter, row by row.
pub type Filter = [[f32; 3]; 3];

/// Large where it is light above and dark below.
pub const HORIZONTAL_EDGES: Filter = [[1.0, 1.0, 1.0], [0.0, 0.0, 0.0], [-1.0, -1.0, -1.0]];

/// Large where it is dark at the left and light at the right.
pub const VERTICAL_EDGES: Filter = [[-1.0, 0.0, 1.0], [-1.0, 0.0, 1.0], [-1.0, 0.0, 1.0]];

/// A colour image `[height, width, 3]` with values in [0, 1] as `size` × `size` grey levels from 0 to 255.
///
/// Grey is computed as in scikit-image's `rgb2gray`; resizing is anti-aliased. The levels are integers, so that sums
/// are exact in any order of addition.
///
/// # Errors
/// The image does not have 3 channels.
pub fn grey_levels(image: ArrayView3<f32>, size: i64) -> Result<Tensor> {
    let (height, width, channels) = image.dim();
    ensure!(channels == 3, "the image has {channels} channels, not 3");
    let values: Vec<f32> = image.iter().copied().collect();
    let rgb = Tensor::from_slice(&values).view([height as i64, width as i64, 3]);
    let grey = rgb.matmul(&Tensor::from_slice(&[0.2125f32, 0.7154, 0.0721]));
    let small =
        grey.view([1, 1, height as i64, width as i64]).internal_upsample_bilinear2d_aa([size, size], false, None, None);
    Ok((small.view([size, size]) * 255.0).round().clamp(0.0, 255.0))
}

/// Convolves an image `[height, width]` with a filter, by libtorch: zero padding, the filter's centre on every
/// `stride`-th pixel, starting with the first.
pub fn convolve(image: &Tensor, filter: &Filter, stride: i64) -> Tensor {
    let input = image.unsqueeze(0).unsqueeze(0);
    let kernel = Tensor::from_slice(filter.as_flattened()).view([1, 1, 3, 3]).to_device(image.device());
    input.conv2d::<Tensor>(&kernel, None, [stride, stride], [1, 1], [1, 1], 1).squeeze_dim(0).squeeze_dim(0)
}

/// The same by a plain loop (p. 76).
pub fn convolve_by_hand(image: ArrayView2<f32>, filter: &Filter, stride: usize) -> Array2<f32> {
    let (height, width) = image.dim();
    let padded = pad(image);
    Array2::from_shape_fn((height.div_ceil(stride), width.div_ceil(stride)), |(row, column)| {
        let mut sum = 0.0;
        for (i, weights) in filter.iter().enumerate() {
            for (j, weight) in weights.iter().enumerate() {
                sum += weight * padded[[row * stride + i, column * stride + j]];
            }
        }
        sum
    })
}

/// The image with a border of zeros, one pixel wide.
pub fn pad(image: ArrayView2<f32>) -> Array2<f32> {
    let (height, width) = image.dim();
    let mut padded = Array2::zeros((height + 2, width + 2));
    padded.slice_mut(ndarray::s![1..=height, 1..=width]).assign(&image);
    padded
}

/// A filter as an array.
pub fn array(filter: &Filter) -> Array2<f32> {
    Array2::from_shape_fn((3, 3), |(row, column)| filter[row][column])
}

/// Convolves with libtorch and checks that the plain loop agrees in every pixel, but for rounding: both add the nine products
/// in another order.
///
/// # Errors
/// They differ by more.
pub fn convolve_checked(image: &Tensor, filter: &Filter, stride: i64) -> Result<Array2<f32>> {
    let fast = common::arrays::array2(&convolve(image, filter, stride))?;
    let image = common::arrays::array2(&image.to_kind(Kind::Float))?;
    let slow = convolve_by_hand(image.view(), filter, stride as usize);
    let largest_sum = image.iter().fold(0.0, |most: f32, grey| most.max(grey.abs()))
        * filter.as_flattened().iter().map(|weight| weight.abs()).sum::<f32>();
    let rounding = 9.0 * f32::EPSILON * largest_sum;
    ensure!(
        fast.iter().zip(&slow).all(|(a, b)| (a - b).abs() <= rounding),
        "libtorch's convolution at stride {stride} differs from the plain loop"
    );
    Ok(fast)
}
