//! A folder of images as readers have them.

use image::{DynamicImage, Rgb, RgbImage};
use std::fs;
use std::path::Path;

/// Writes `count` images to a new folder, upright and lying ones, each of another colour: in turns PNG, JPEG, grey PNG and
/// PNG with an alpha channel. Beside them are `damaged.png`, half an image, and `notes.txt`.
///
/// # Panics
/// A file cannot be written.
pub fn write_mixed(dir: &Path, count: u8) {
    fs::create_dir_all(dir).expect("a new folder");
    for i in 0..count {
        let size = u32::from(i % 5);
        let color = Rgb([10 * (i % 25), 255 - 10 * (i % 25), 40 * (i % 6)]);
        let image = DynamicImage::from(RgbImage::from_pixel(20 + 9 * size, 50 - 7 * size, color));
        let (image, ending) = match i % 4 {
            0 => (image, "png"),
            1 => (image, "JPG"),
            2 => (DynamicImage::from(image.into_luma8()), "png"),
            _ => (DynamicImage::from(image.into_rgba8()), "png"),
        };
        image.save(dir.join(format!("{i:03}.{ending}"))).expect("an image file");
    }
    let whole = fs::read(dir.join("000.png")).expect("the first image");
    fs::write(dir.join("damaged.png"), &whole[..whole.len() / 2]).expect("half an image");
    fs::write(dir.join("notes.txt"), "mine").expect("a text");
}
