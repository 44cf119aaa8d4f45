//! Images of style transfer: read and resized, preprocessed for VGG19 and back (p. 188), and their luminance.

use super::vgg_weights::MEANS;
use anyhow::{Context, Result, ensure};
use common::images;
use common::keras::{nchw_to_nhwc, nhwc_to_nchw};
use std::path::Path;
use tch::{Device, Kind, Tensor};

/// The shortest side of an image: block 5 sees one pixel of sixteen.
pub const SHORTEST: i64 = 16;
/// Shares of red, green and blue in the luminance (Y of YIQ).
const LUMINANCE: [f32; 3] = [0.299, 0.587, 0.114];

/// The size of an image when it is read, in pixels.
#[derive(Debug, Clone, Copy)]
pub enum Size {
    /// Its longer side; the proportions stay.
    Longer(i64),
    /// Height and width; the proportions change, as in the book, whose style image gets the content image's size.
    Exactly([i64; 2]),
}

/// Reads an image, `[height, width, 3]`, RGB in [0, 1], and resizes it with anti-aliasing.
///
/// # Errors
/// The file is no image, or its shorter side would be below [`SHORTEST`]; the message names the file.
pub fn load(path: &Path, size: Size) -> Result<Tensor> {
    let image = images::load(path)?;
    let (height, width, channels) = image.dim();
    let shape = [height, width, channels].map(|n| n as i64);
    let values = image.as_slice().with_context(|| format!("{} is not contiguous", path.display()))?;
    let pixels = Tensor::from_slice(values).view(shape).expand([shape[0], shape[1], 3], false);
    let to = match size {
        Size::Exactly(to) => to,
        Size::Longer(longer) => {
            let scaled = |side: i64| (side * longer + shape[0].max(shape[1]) / 2) / shape[0].max(shape[1]);
            [scaled(shape[0]), scaled(shape[1])]
        }
    };
    ensure!(
        to[0].min(to[1]) >= SHORTEST,
        "{} has {width} x {height} pixels and would be resized to {} x {}: each side needs {SHORTEST} pixels; increase size",
        path.display(),
        to[1],
        to[0]
    );
    let resized = nhwc_to_nchw(&pixels.unsqueeze(0)).internal_upsample_bilinear2d_aa(to, false, None, None);
    Ok(nchw_to_nhwc(&resized).squeeze_dim(0).contiguous())
}

/// An image `[height, width, 3]`, RGB in [0, 1], as VGG19 takes it: f64, blue, green, red in 0..=255 minus their means.
pub fn preprocess(rgb: &Tensor) -> Tensor {
    rgb.to_kind(Kind::Double).flip([2]) * 255.0 - Tensor::from_slice(&MEANS).to_device(rgb.device())
}

/// The inverse of [`preprocess`], clipped to [0, 1], f32 on the CPU.
pub fn deprocess(image: &Tensor) -> Tensor {
    let bgr = (image.detach().to_device(Device::Cpu) + Tensor::from_slice(&MEANS)) / 255.0;
    bgr.clamp(0.0, 1.0).flip([2]).to_kind(Kind::Float)
}

/// A preprocessed image `[height, width, 3]` as the net's input, `[1, 3, height, width]`, f32.
pub fn as_batch(image: &Tensor) -> Tensor {
    nhwc_to_nchw(&image.to_kind(Kind::Float).unsqueeze(0))
}

/// The luminance of an RGB image, `[height, width, 1]`.
pub fn luminance(rgb: &Tensor) -> Tensor {
    (rgb * Tensor::from_slice(&LUMINANCE)).sum_dim_intlist([2i64].as_slice(), true, Kind::Float)
}

/// The grey image of a luminance, `[height, width, 3]`.
pub fn grey(luminance: &Tensor) -> Tensor {
    luminance.expand([-1, -1, 3], false).contiguous()
}

/// A luminance with the mean and standard deviation of another: L. Gatys et al., "Preserving color in neural artistic
/// style transfer", 2016.
pub fn matched(luminance: &Tensor, other: &Tensor) -> Tensor {
    let deviation = |x: &Tensor| x.std(false).clamp_min(1e-6);
    (luminance - luminance.mean(None)) / deviation(luminance) * deviation(other) + other.mean(None)
}

/// An RGB image with its own luminance and the colours (I and Q of YIQ) of another: the same change of all three channels
/// changes Y alone.
pub fn with_colors_of(rgb: &Tensor, other: &Tensor) -> Tensor {
    (other + luminance(rgb) - luminance(other)).clamp(0.0, 1.0)
}
