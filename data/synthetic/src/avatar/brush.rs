//! What only avatars need for painting: their black and white, and symmetry.
//!
//! All shapes are in the avatar's own units: the origin is between the eyes, x grows to the right, y downwards, and a
//! head is about 74 units wide.

use tiny_skia::Path;

pub(super) use crate::paint::{Brush, Ink, Point, blob, curve, ellipse, fade, polygon};

pub(crate) const WHITE: Ink = Ink(255, 255, 255, 1.0);
pub(crate) const DARK: Ink = Ink(38, 34, 36, 1.0);

/// A smooth closed symmetric shape from the points of its right half; the first and the last one are on the middle
/// line, where x is 0.
pub(super) fn mirrored(half: &[Point]) -> Option<Path> {
    let left = half[1..half.len() - 1].iter().rev().map(|&(x, y)| (-x, y));
    blob(&half.iter().copied().chain(left).collect::<Vec<_>>())
}

/// The point mirrored if `side` is -1, unchanged if it is 1.
pub(super) fn on(side: f32, (x, y): Point) -> Point {
    (side * x, y)
}
