//! Pixels: images onto a canvas, and a canvas to PNG.

use anyhow::{Context, Result};
use image::imageops::{self, FilterType};
use image::{Rgb, RgbImage};
use ndarray::ArrayView3;
use tiny_skia::Pixmap;

use super::canvas::DPI;
use super::colormap::ColorMap;

/// Turns values (height x width x 1 or 3) into colours: `range` becomes black to full light, or for one channel the
/// first to the last colour of `map`.
pub(super) fn image(values: ArrayView3<f32>, range: (f32, f32), map: ColorMap) -> RgbImage {
    let (height, width, channels) = values.dim();
    let unit = |v: f32| (v - range.0) / (range.1 - range.0);
    let byte = |v: f32| (unit(v).clamp(0.0, 1.0) * 255.0).round() as u8; // NaN becomes 0
    RgbImage::from_fn(width as u32, height as u32, |x, y| {
        let (x, y) = (x as usize, y as usize);
        if channels == 3 {
            Rgb([0, 1, 2].map(|c| byte(values[[y, x, c]])))
        } else {
            let color = map.at(unit(values[[y, x, 0]]));
            Rgb([color.r, color.g, color.b])
        }
    })
}

/// The image at another size. Growing repeats whole pixels, so that they stay crisp; shrinking averages.
pub(super) fn resized(image: &RgbImage, width: u32, height: u32) -> RgbImage {
    let filter = if width >= image.width() { FilterType::Nearest } else { FilterType::Triangle };
    imageops::resize(image, width.max(1), height.max(1), filter)
}

/// Copies an image, pixel by pixel, to a place in pixels. What lies outside is cut off.
pub(super) fn blit(onto: &mut Pixmap, image: &RgbImage, left: i64, top: i64) {
    let (width, height) = (i64::from(onto.width()), i64::from(onto.height()));
    let data = onto.data_mut();
    for (x, y, color) in image.enumerate_pixels() {
        let (x, y) = (left + i64::from(x), top + i64::from(y));
        if (0..width).contains(&x) && (0..height).contains(&y) {
            let at = 4 * (y * width + x) as usize;
            data[at..at + 3].copy_from_slice(&color.0);
            data[at + 3] = 255;
        }
    }
}

/// The canvas as PNG with its resolution, so that it prints at its size in inches.
pub(super) fn png(pixels: &Pixmap) -> Result<Vec<u8>> {
    let rgb: Vec<u8> = pixels.data().chunks_exact(4).flat_map(|rgba| [rgba[0], rgba[1], rgba[2]]).collect();
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, pixels.width(), pixels.height());
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    let per_meter = (DPI / 0.0254).round() as u32;
    encoder.set_pixel_dims(Some(png::PixelDimensions { xppu: per_meter, yppu: per_meter, unit: png::Unit::Meter }));
    let mut writer = encoder.write_header().context("writing a figure as PNG")?;
    writer.write_image_data(&rgb).context("writing a figure as PNG")?;
    writer.finish().context("writing a figure as PNG")?;
    Ok(file)
}
