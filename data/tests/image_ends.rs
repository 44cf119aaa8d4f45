//! Images that are whole or cut off: their own markers say so, not the last bytes of their files.

use std::io::Cursor;

use data::image::check;
use image::{ImageFormat, RgbImage};

fn image(side: u32) -> RgbImage {
    RgbImage::from_fn(side, side, |x, y| image::Rgb([(x * 7) as u8, (y * 5) as u8, (x * y) as u8]))
}

fn encoded(side: u32, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(vec![]);
    image(side).write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

/// A JPEG file whose EXIF segment holds a whole thumbnail, with an end marker of its own.
fn with_thumbnail() -> Vec<u8> {
    let (image, thumbnail) = (encoded(200, ImageFormat::Jpeg), encoded(32, ImageFormat::Jpeg));
    let body = [b"Exif\0\0", &thumbnail[..]].concat();
    let segment = [&[0xff, 0xe1], &(body.len() as u16 + 2).to_be_bytes()[..], &body].concat();
    [&image[..2], &segment, &image[2..]].concat()
}

#[test]
fn whole_images_pass_with_data_behind_their_end_or_without_its_marker() {
    for whole in [encoded(64, ImageFormat::Jpeg), with_thumbnail(), encoded(64, ImageFormat::Png)] {
        check(&whole).unwrap();
        check(&[&whole[..], &[0; 10_000]].concat()).unwrap();
        check(&[&whole[..], &with_thumbnail()].concat()).unwrap();
    }
    for jpeg in [encoded(64, ImageFormat::Jpeg), with_thumbnail()] {
        assert_eq!(jpeg[jpeg.len() - 2..], [0xff, 0xd9]);
        check(&jpeg[..jpeg.len() - 2]).unwrap();
        check(&jpeg[..jpeg.len() - 1]).unwrap();
    }
    check(b"P5\n1 1\n255\n\x07").unwrap();
}

#[test]
fn cut_images_are_refused() {
    let jpeg = with_thumbnail();
    // Also where the cut comes right after the thumbnail and its end marker.
    for length in (3..jpeg.len() - 3).step_by(61).chain([jpeg.len() / 2, jpeg.len() - 4, jpeg.len() - 10]) {
        let error = check(&jpeg[..length]).unwrap_err().to_string();
        assert!(error.contains("truncated"), "{length}: {error}");
    }
    let png = encoded(64, ImageFormat::Png);
    for length in [9, 40, png.len() / 2, png.len() - 1] {
        assert!(check(&png[..length]).is_err(), "{length}");
    }
    for (bytes, complaint) in [(&b""[..], "empty"), (b"<html>", "a web page"), (b"\0\0\0\x18ftypheic", "HEIC")] {
        let error = check(bytes).unwrap_err().to_string();
        assert!(error.contains(complaint), "{error}");
    }
}

#[test]
fn a_header_that_claims_too_many_pixels_is_refused() {
    let mut jpeg = encoded(64, ImageFormat::Jpeg);
    let frame = jpeg.windows(2).position(|marker| marker == [0xff, 0xc0]).unwrap();
    jpeg[frame + 5..frame + 9].copy_from_slice(&[0x3e, 0x80, 0x3e, 0x80]); // 16,000 x 16,000
    let error = check(&jpeg[..jpeg.len() - 2]).unwrap_err().to_string();
    assert!(error.contains("16000 x 16000 pixels has no end marker"), "{error}");
}
