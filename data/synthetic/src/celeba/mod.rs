//! Synthetic data for CelebA: avatars in CelebA's layout, `img_align_celeba/000001.jpg` and so on with 178 x 218 pixels,
//! and `list_attr_celeba.csv` with its 40 attributes.
//!
//! The attributes of an avatar are independent random choices, so that a model's latent direction of one attribute does
//! not contain another. In CelebA, lipstick, hair and beards are correlated.

mod attributes;
mod person;

pub use attributes::{ATTRIBUTES, attributes};
pub use person::person;

use std::fmt::Write;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use crate::avatar::{self, PORTRAIT};
use crate::format::jpeg;

/// The folder with the images.
pub const IMAGES: &str = "img_align_celeba";
/// The table of attributes.
pub const TABLE: &str = "list_attr_celeba.csv";

/// Number of images, and the seed.
#[derive(Clone, Copy, Debug)]
pub struct Config {
    /// The same seed gives the same images, on any number of cores.
    pub seed: u64,
    /// Number of images.
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
/// A file cannot be written.
pub fn write(dir: &Path, config: &Config) -> Result<()> {
    let draw = |number| avatar::draw(&person(config.seed, number), PORTRAIT.0, PORTRAIT.1);
    jpeg::write_all(&dir.join(IMAGES), config.images, file_name, draw)?;
    let path = dir.join(TABLE);
    fs::write(&path, table(config)).with_context(|| format!("cannot write {}", path.display()))
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
