//! The stand-in for CelebA: avatars in CelebA's very layout, `img_align_celeba/000001.jpg` and so on with 178 x 218
//! pixels, and `list_attr_celeba.csv` with its 40 attributes.
//!
//! Every attribute of an avatar is drawn by itself, so that what a model finds in latent space about one of them is not
//! the shadow of another. In CelebA itself, lipstick, hair and beards go together.

mod attributes;
mod person;

pub use attributes::{ATTRIBUTES, attributes};
pub use person::person;

use std::fmt::Write;
use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::{Context, Result};
use image::ExtendedColorType;
use image::codecs::jpeg::JpegEncoder;

use crate::avatar::{self, PORTRAIT};

/// The folder with the images.
pub const IMAGES: &str = "img_align_celeba";
/// The table of attributes.
pub const TABLE: &str = "list_attr_celeba.csv";
/// JPEG quality of the images.
const QUALITY: u8 = 90;

/// How many people, and which.
#[derive(Clone, Copy, Debug)]
pub struct Config {
    /// The same seed gives the same people, on any number of cores.
    pub seed: u64,
    /// How many.
    pub images: u64,
}

impl Default for Config {
    fn default() -> Config {
        Config { seed: 2015, images: 20_000 }
    }
}

/// The name of an image's file, counted from 1 as in CelebA: `000001.jpg`.
pub fn file_name(number: u64) -> String {
    format!("{number:06}.jpg")
}

/// Writes images and table to the folder `dir`, on all cores.
///
/// # Errors
/// When a file can't be written.
pub fn write(dir: &Path, config: &Config) -> Result<()> {
    let images = dir.join(IMAGES);
    fs::create_dir_all(&images).with_context(|| format!("can't make {}", images.display()))?;
    let next = AtomicU64::new(1);
    let draw = || -> Result<()> {
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            if number > config.images {
                return Ok(());
            }
            let path = images.join(file_name(number));
            fs::write(&path, jpeg(config.seed, number)?).with_context(|| format!("can't write {}", path.display()))?;
        }
    };
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..cores).map(|_| scope.spawn(draw)).collect();
        workers.into_iter().try_for_each(|worker| match worker.join() {
            Ok(result) => result,
            Err(panic) => std::panic::resume_unwind(panic),
        })
    })?;
    let path = dir.join(TABLE);
    fs::write(&path, table(config)).with_context(|| format!("can't write {}", path.display()))
}

fn jpeg(seed: u64, number: u64) -> Result<Vec<u8>> {
    let image = avatar::draw(&person(seed, number), PORTRAIT.0, PORTRAIT.1);
    let mut bytes = Vec::new();
    JpegEncoder::new_with_quality(&mut bytes, QUALITY)
        .encode(&image.rgb, image.width, image.height, ExtendedColorType::Rgb8)
        .context("can't encode an image as JPEG")?;
    Ok(bytes)
}

fn table(config: &Config) -> String {
    let mut text = format!("image_id,{}\n", ATTRIBUTES.join(","));
    for number in 1..=config.images {
        text += &file_name(number);
        for has in attributes(&person(config.seed, number)) {
            let _ = write!(text, ",{}", if has { 1 } else { -1 });
        }
        text.push('\n');
    }
    text
}
