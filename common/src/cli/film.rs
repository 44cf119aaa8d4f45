//! Films beside figures.

use super::sound::Attached;
use anyhow::{Context, Result, ensure};
use image::codecs::gif::{GifEncoder, Repeat};
use image::{Delay, Frame, Rgb, RgbImage, buffer::ConvertBuffer};
use ndarray::{ArrayView3, ArrayView4, Axis};
use std::time::Duration;

/// How fast colours are chosen, from 1 (best) to 30.
const SPEED: i32 = 10;

/// A GIF of RGB images `[n, height, width, 3]` that goes round and round; each is shown for `delay`, a multiple of 10 ms.
///
/// # Errors
/// There is no image, or it has no pixels, more than 65,535 of them in a row, or other than 3 channels.
pub(super) fn gif(frames: ArrayView4<u8>, delay: Duration) -> Result<Attached> {
    let (n, height, width, channels) = frames.dim();
    let sizes = 1..=usize::from(u16::MAX);
    let is_film = n > 0 && sizes.contains(&height) && sizes.contains(&width) && channels == 3;
    ensure!(is_film, "a film cannot have {n} frames of {height} x {width} x {channels}");
    let mut content = vec![];
    let mut film = GifEncoder::new_with_speed(&mut content, SPEED);
    let failed = "cannot encode a film";
    film.set_repeat(Repeat::Infinite).context(failed)?;
    for frame in frames.axis_iter(Axis(0)) {
        let frame = Frame::from_parts(rgb(frame).convert(), 0, 0, Delay::from_saturating_duration(delay));
        film.encode_frame(frame).context(failed)?;
    }
    drop(film);
    let title = format!("film, {:.1} s", n as f64 * delay.as_secs_f64());
    Ok(Attached { ending: "gif", title, content })
}

/// An image `[height, width, 3]` in the encoder's form.
fn rgb(image: ArrayView3<u8>) -> RgbImage {
    let (height, width, _) = image.dim();
    RgbImage::from_fn(width as u32, height as u32, |x, y| {
        Rgb(std::array::from_fn(|channel| image[[y as usize, x as usize, channel]]))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::AnimationDecoder;
    use image::codecs::gif::GifDecoder;
    use ndarray::Array4;
    use std::io::Cursor;

    #[test]
    fn films_have_their_frames_and_their_speed() {
        // A white square that moves over green.
        let frames = Array4::from_shape_fn((3, 8, 10, 3), |(n, _, x, channel)| match x / 3 == n {
            true => 255,
            false => [10, 200, 30][channel],
        });
        let film = gif(frames.view(), Duration::from_millis(40)).unwrap();
        assert_eq!((film.ending, film.title.as_str()), ("gif", "film, 0.1 s"));
        let decoder = GifDecoder::new(Cursor::new(film.content)).unwrap();
        let decoded = decoder.into_frames().collect_frames().unwrap();
        assert_eq!(decoded.len(), 3);
        for (frame, expected) in decoded.iter().zip(frames.axis_iter(Axis(0))) {
            assert_eq!(frame.delay().numer_denom_ms(), (40, 1));
            for (x, y, pixel) in frame.buffer().enumerate_pixels() {
                for channel in 0..3 {
                    let difference = pixel[channel].abs_diff(expected[[y as usize, x as usize, channel]]);
                    assert!(difference <= 4, "{x} {y}: {pixel:?}");
                }
            }
        }
    }

    #[test]
    fn what_is_no_film_is_an_error() {
        for shape in [(0, 8, 8, 3), (2, 0, 8, 3), (2, 8, 70_000, 3), (2, 8, 8, 1)] {
            let error = gif(Array4::zeros(shape).view(), Duration::from_millis(40)).unwrap_err();
            assert!(error.to_string().contains("a film cannot have"), "{error}");
        }
    }
}
