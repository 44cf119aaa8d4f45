//! The figures of the ten classes: which part of a figure a point belongs to.

use std::f32::consts::{PI, TAU};

/// A part of a figure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Outside,
    /// The figure's own colour.
    Body,
    /// The second colour of a texture.
    Gap,
}

/// A figure around (0, 0) with a radius of about 1. The outline of a texture is `round`, or square.
pub(super) type Figure = fn(x: f32, y: f32, round: bool) -> Part;

/// The classes in the order of their labels.
pub(super) static FIGURES: [(&str, Figure); 10] = [
    ("disk", |x, y, _| body(x.hypot(y) < 0.85)),
    ("ring", |x, y, _| body((0.5..0.95).contains(&x.hypot(y)))),
    ("triangle", |x, y, _| body(polygon(x, y, 3) < 0.55)),
    ("square", |x, y, _| body(polygon(x, y, 4) < 0.72)),
    ("star", |x, y, _| body(star(x, y))),
    ("cross", |x, y, _| body(x.abs().min(y.abs()) < 0.27 && x.abs().max(y.abs()) < 0.9)),
    ("moon", |x, y, _| body(x.hypot(y) < 0.95 && (x - 0.5).hypot(y) > 0.75)),
    ("stripes", |x, y, round| texture(x, y, round, half(2.2 * y))),
    ("checks", |x, y, round| texture(x, y, round, half(1.6 * x) != half(1.6 * y))),
    ("dots", |x, y, round| {
        let off = |v: f32| (1.7 * v).rem_euclid(1.0) - 0.5;
        texture(x, y, round, off(x).hypot(off(y)) < 0.31)
    }),
];

/// Whether the fractional part is below one half.
fn half(v: f32) -> bool {
    v.rem_euclid(1.0) < 0.5
}

fn body(inside: bool) -> Part {
    if inside { Part::Body } else { Part::Outside }
}

fn texture(x: f32, y: f32, round: bool, body: bool) -> Part {
    let outline = if round { x.hypot(y) < 0.95 } else { x.abs().max(y.abs()) < 0.8 };
    match (outline, body) {
        (false, _) => Part::Outside,
        (true, true) => Part::Body,
        (true, false) => Part::Gap,
    }
}

/// Apothem of the regular polygon around (0, 0) that passes through the point.
fn polygon(x: f32, y: f32, corners: u8) -> f32 {
    let slice = TAU / f32::from(corners);
    let angle = y.atan2(x).rem_euclid(slice) - slice / 2.0;
    x.hypot(y) * angle.cos()
}

/// A star of five points.
fn star(x: f32, y: f32) -> bool {
    let slice = TAU / 5.0;
    let angle = (y.atan2(x).rem_euclid(slice) - slice / 2.0).abs(); // 0 at a notch, PI / 5 at a point
    let (notch, point) = (0.42, 1.05);
    // The side from the notch to the point, as a line in polar form.
    let (dx, dy) = (point * (PI / 5.0).cos() - notch, point * (PI / 5.0).sin());
    let (px, py) = (x.hypot(y) * angle.cos(), x.hypot(y) * angle.sin());
    (px - notch) * dy - py * dx < 0.0
}
