//! Images as PNG files, pixel by pixel, and stacks of images.

use crate::files;
use anyhow::{Context, Result, anyhow, bail, ensure};
use data::image::MOST_PIXELS;
use image::metadata::Orientation;
use image::{DynamicImage, GrayImage, ImageDecoder, ImageError, ImageFormat, ImageReader, Limits, RgbImage};
use ndarray::{Array3, Array4, ArrayView3, Axis, concatenate};
use std::io::Cursor;
use std::path::Path;

/// Saves an image `[height, width, channels]` of values in [0, 1], grey or RGB.
///
/// # Errors
/// The image has another number of channels, or the file cannot be written.
pub fn save(path: &Path, image: ArrayView3<f32>) -> Result<()> {
    let (height, width, channels) = image.dim();
    let bytes: Vec<u8> = image.iter().map(|&value| (value.clamp(0.0, 1.0) * 255.0).round() as u8).collect();
    let (width, height) = (width as u32, height as u32);
    let image = match channels {
        1 => GrayImage::from_raw(width, height, bytes).map(DynamicImage::from),
        3 => RgbImage::from_raw(width, height, bytes).map(DynamicImage::from),
        _ => bail!("{}: an image has 1 or 3 channels, not {channels}", path.display()),
    };
    let mut png = Cursor::new(vec![]);
    image.context("the image's size does not match its number of values")?.write_to(&mut png, ImageFormat::Png)?;
    files::write(path, &png.into_inner())
}

/// Reads an image as `[height, width, channels]`, values in [0, 1]; 1 channel if it is grey, 3 otherwise. A photograph
/// stands upright, however the camera was held.
///
/// # Errors
/// The file is missing, damaged or no image, or has more than [`MOST_PIXELS`]; the message names it.
pub fn load(path: &Path) -> Result<Array3<f32>> {
    let image = open(path)?;
    let (height, width) = (image.height() as usize, image.width() as usize);
    let (channels, bytes) = match image.color().has_color() {
        true => (3, image.into_rgb8().into_raw()),
        false => (1, image.into_luma8().into_raw()),
    };
    let values = bytes.into_iter().map(|byte| f32::from(byte) / 255.0).collect();
    Array3::from_shape_vec((height, width, channels), values)
        .context("the image's size does not match its number of values")
}

/// Decodes a whole image file (JPEG, PNG, WebP, GIF, BMP, TIFF, PNM), upright; its content decides, not its name.
pub(crate) fn open(path: &Path) -> Result<DynamicImage> {
    let failed = || format!("cannot read the image {}", path.display());
    let bytes = std::fs::read(path).with_context(failed)?;
    data::image::check(&bytes).with_context(failed)?; // decoders fill in what a truncated file lacks
    decode(&bytes).with_context(failed)
}

/// Decodes an image, and turns it as its EXIF orientation says: cameras store the pixels as the sensor lies.
fn decode(bytes: &[u8]) -> Result<DynamicImage> {
    // A decoder's error has its cause in its own text, too, and several lines.
    let one_line = |error: ImageError| anyhow!("{}", error.to_string().lines().collect::<Vec<_>>().join(" "));
    let mut decoder = ImageReader::new(Cursor::new(bytes)).with_guessed_format()?.into_decoder().map_err(one_line)?;
    let (width, height) = decoder.dimensions();
    ensure!(width > 0 && height > 0, "it has {width} x {height} pixels: it is damaged");
    ensure!(
        u64::from(width) * u64::from(height) <= MOST_PIXELS,
        "it has {width} x {height} pixels, more than {MOST_PIXELS}: make it smaller"
    );
    let mut limits = Limits::default();
    limits.reserve(decoder.total_bytes()).and_then(|()| decoder.set_limits(limits)).map_err(one_line)?;
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms); // the pixels may be good all the same
    let mut image = DynamicImage::from_decoder(decoder).map_err(one_line)?;
    image.apply_orientation(orientation);
    Ok(image)
}

/// Stacks images of one shape to `[n, height, width, channels]`, the input of figures.
///
/// # Errors
/// There are none, or their shapes differ.
pub fn stacked(images: &[Array3<f32>]) -> Result<Array4<f32>> {
    let views: Vec<_> = images.iter().map(|image| image.view().insert_axis(Axis(0))).collect();
    concatenate(Axis(0), &views).context("images of different shapes cannot be stacked")
}

/// At most `wanted` of `count` indices, evenly spaced from the first to the last.
pub fn evenly(count: usize, wanted: usize) -> Vec<usize> {
    let shown = count.min(wanted);
    (0..shown).map(|i| i * (count - 1) / (shown - 1).max(1)).collect()
}
