//! JPEG files: the images of a folder, drawn on all cores.

use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::{Context, Result};
use image::ExtendedColorType;
use image::codecs::jpeg::JpegEncoder;

/// JPEG quality of all images.
const QUALITY: u8 = 90;

/// An image in memory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Image {
    /// Pixels in a row.
    pub width: u32,
    /// Rows.
    pub height: u32,
    /// Red, green and blue of each pixel, row by row from the top left.
    pub rgb: Vec<u8>,
}

/// Creates the folder `dir` and writes the images with the numbers 1 to `count` to it. `name` and `draw` get the number;
/// images may be drawn in any order.
///
/// # Errors
/// A file cannot be written.
pub fn write_all(
    dir: &Path,
    count: u64,
    name: impl Fn(u64) -> String + Sync,
    draw: impl Fn(u64) -> Image + Sync,
) -> Result<()> {
    fs::create_dir_all(dir).with_context(|| format!("cannot create {}", dir.display()))?;
    let next = AtomicU64::new(1);
    let work = || -> Result<()> {
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            if number > count {
                return Ok(());
            }
            let path = dir.join(name(number));
            fs::write(&path, encode(&draw(number))?).with_context(|| format!("cannot write {}", path.display()))?;
        }
    };
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..cores).map(|_| scope.spawn(work)).collect();
        workers.into_iter().try_for_each(|worker| match worker.join() {
            Ok(result) => result,
            Err(panic) => std::panic::resume_unwind(panic),
        })
    })
}

fn encode(image: &Image) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    JpegEncoder::new_with_quality(&mut bytes, QUALITY)
        .encode(&image.rgb, image.width, image.height, ExtendedColorType::Rgb8)
        .context("cannot encode an image as JPEG")?;
    Ok(bytes)
}
