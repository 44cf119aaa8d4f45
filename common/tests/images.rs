//! Image files as cameras write them, and files that claim too much.

use common::datasets::image_files::ImageFiles;
use common::images;
use image::{ImageFormat, RgbImage};
use std::fs;
use std::io::Cursor;
use tch::{Device, Kind};

/// A JPEG file of 16 x 8 pixels, red on its left half and blue on its right one, with this EXIF orientation.
fn photograph(orientation: u8) -> Vec<u8> {
    let image = RgbImage::from_fn(16, 8, |x, _| image::Rgb(if x < 8 { [255, 0, 0] } else { [0, 0, 255] }));
    let mut jpeg = Cursor::new(vec![]);
    image.write_to(&mut jpeg, ImageFormat::Jpeg).unwrap();
    let jpeg = jpeg.into_inner();
    // TIFF, big-endian: a directory of one entry, the tag 0x112 of one 16-bit number.
    let directory = [&b"MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0"[..], &[orientation], &[0; 6]].concat();
    let body = [&b"Exif\0\0"[..], &directory].concat();
    let segment = [&[0xff, 0xe1], &(body.len() as u16 + 2).to_be_bytes()[..], &body].concat();
    [&jpeg[..2], &segment, &jpeg[2..]].concat()
}

/// Whether a pixel is red or blue.
fn colour(pixel: &[f32]) -> &'static str {
    match *pixel {
        [red, _, blue] if red > 0.8 && blue < 0.2 => "red",
        [red, _, blue] if blue > 0.8 && red < 0.2 => "blue",
        _ => "neither",
    }
}

#[test]
fn photographs_stand_upright() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("photograph.jpg");
    // The colours of the upper left pixel, and of the lower right one; the camera was held on its side for 5 to 8.
    for (orientation, size, colours) in [
        (1, (8, 16), ["red", "blue"]),
        (2, (8, 16), ["blue", "red"]),
        (3, (8, 16), ["blue", "red"]),
        (4, (8, 16), ["red", "blue"]),
        (5, (16, 8), ["red", "blue"]),
        (6, (16, 8), ["red", "blue"]),
        (7, (16, 8), ["blue", "red"]),
        (8, (16, 8), ["blue", "red"]),
        (9, (8, 16), ["red", "blue"]), // there is no such orientation
    ] {
        fs::write(&path, photograph(orientation)).unwrap();
        let image = images::load(&path).unwrap();
        let (height, width, channels) = image.dim();
        assert_eq!((height, width, channels), (size.0, size.1, 3), "orientation {orientation}");
        let pixel = |y: usize, x: usize| image.slice(ndarray::s![y, x, ..]).to_vec();
        let found = [pixel(0, 0), pixel(height - 1, width - 1)];
        assert_eq!([colour(&found[0]), colour(&found[1])], colours, "orientation {orientation}");
    }
    // Images for training, too.
    fs::write(&path, photograph(6)).unwrap();
    let batch = ImageFiles::new(vec![path], [16, 8, 3]).unwrap().load([0]).unwrap();
    let red = batch.images(Device::Cpu).select(3, 0).mean_dim([2i64].as_slice(), false, Kind::Float);
    assert!(red.double_value(&[0, 0]) > 0.8 && red.double_value(&[0, 15]) < 0.2, "{red:?}");
}

#[test]
fn damaged_metadata_are_no_reason_to_refuse_an_image() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("photograph.jpg");
    let mut jpeg = photograph(6);
    let tiff = jpeg.windows(4).position(|bytes| bytes == b"MM\0\x2a").unwrap();
    jpeg[tiff + 4..tiff + 8].fill(0xff); // the directory lies 4 GB away
    fs::write(&path, jpeg).unwrap();
    assert_eq!(images::load(&path).unwrap().dim(), (8, 16, 3));
}

/// The message that refuses this file names it, and has these words.
fn assert_refused(name: &str, bytes: &[u8], words: &[&str]) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    fs::write(&path, bytes).unwrap();
    let error = format!("{:#}", images::load(&path).unwrap_err());
    for word in [&[name], words].concat() {
        assert!(error.contains(word), "no '{word}' in: {error}");
    }
}

#[test]
fn files_that_claim_too_many_pixels_are_refused() {
    assert_refused("large.pgm", b"P5\n8193 8192\n255\n\x07", &["8193 x 8192 pixels", "67108864", "smaller"]);
}

#[test]
fn images_without_a_pixel_are_refused() {
    // A screen of 0 x 1 pixels, with a frame of 1 x 1.
    let gif = b"GIF89a\0\0\x01\0\x80\0\0\0\0\0\xff\xff\xff,\0\0\0\0\x01\0\x01\0\0\x02\x02D\x01\0;";
    assert_refused("empty.gif", gif, &["0 x 1 pixels"]);
}
