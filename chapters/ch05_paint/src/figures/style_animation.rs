//! Animations.

use anyhow::{Context, Result};
use common::files;
use image::codecs::gif::{GifEncoder, Repeat};
use image::{Delay, Frame, RgbaImage};
use ndarray::ArrayView3;
use std::path::Path;

/// Milliseconds of an image.
const SHOWN: u32 = 200;

/// Saves images `[height, width, 3]` in [0, 1] as an endless GIF.
///
/// # Errors
/// An image has another shape, or the file cannot be written.
pub fn save(path: &Path, images: &[ArrayView3<f32>]) -> Result<()> {
    let failed = || format!("cannot write {}", path.display());
    let mut gif = vec![];
    let mut encoder = GifEncoder::new_with_speed(&mut gif, 10);
    encoder.set_repeat(Repeat::Infinite).with_context(failed)?;
    for image in images {
        let (height, width, _) = image.dim();
        let byte = |value: &f32| (value.clamp(0.0, 1.0) * 255.0).round() as u8;
        let pixels = image.rows().into_iter().flat_map(|rgb| rgb.iter().map(byte).chain([255]).collect::<Vec<u8>>());
        let frame = RgbaImage::from_raw(width as u32, height as u32, pixels.collect()).with_context(failed)?;
        let delay = Delay::from_numer_denom_ms(SHOWN, 1);
        encoder.encode_frame(Frame::from_parts(frame, 0, 0, delay)).with_context(failed)?;
    }
    drop(encoder);
    files::write(path, &gif)
}
