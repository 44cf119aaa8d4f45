//! A pen on paper, for digits and drawings: the points that it passes, the errors of a hand, and the ink.

mod curve;
mod hand;
mod ink;

pub(crate) use curve::smooth;
pub(crate) use hand::{Warp, bounds, jitter};
pub(crate) use ink::draw;

/// Pixels along each side of an image.
pub(crate) const SIDE: usize = 28;

/// An image, row by row from the top left: 0 for paper and 255 for full ink.
pub(crate) type Image = [u8; SIDE * SIDE];

/// A point that the pen passes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Point {
    pub x: f32,
    pub y: f32,
    /// Whether the curve has a corner here; else it is smooth.
    pub corner: bool,
}

/// A point of a smooth curve.
pub(crate) const fn s(x: f32, y: f32) -> Point {
    Point { x, y, corner: false }
}

/// A corner.
pub(crate) const fn c(x: f32, y: f32) -> Point {
    Point { x, y, corner: true }
}

/// A line from pen down to pen up.
pub(crate) struct Stroke {
    /// The line's points, in pixels.
    pub line: Vec<(f32, f32)>,
    /// The line's width at each of them, in pixels.
    pub widths: Vec<f32>,
}
