//! The plan of a drawing: lines in a box of about (0, 0) top left to (1, 1), before a hand draws them.

use std::f32::consts::TAU;

use crate::dice::Dice;
use crate::pen::{Point, c, s};

/// The lines of a drawing, and its direction.
pub(super) struct Plan {
    pub lines: Vec<Vec<Point>>,
    /// Whether it is mirrored: a fish that swims to the left.
    pub mirrored: bool,
}

impl Plan {
    /// `left` is the probability of a mirrored drawing.
    pub fn new(left: f32, dice: &mut Dice) -> Plan {
        Plan { lines: vec![], mirrored: dice.chance(left) }
    }

    /// A line through points, smooth except in corners.
    pub fn line(&mut self, points: impl Into<Vec<Point>>) {
        self.lines.push(points.into());
    }

    /// Straight lines from point to point.
    pub fn straight(&mut self, points: &[(f32, f32)]) {
        self.line(points.iter().map(|&(x, y)| c(x, y)).collect::<Vec<_>>());
    }

    /// A hand-drawn ellipse: it starts anywhere and ends a little before or behind its start.
    pub fn round(&mut self, (x, y): (f32, f32), (width, height): (f32, f32), dice: &mut Dice) {
        let (from, around, drift) = (dice.unit() * TAU, TAU * dice.between(0.92, 1.1), dice.normal(0.06));
        let steps = 9;
        let point = |i: usize| {
            let share = i as f32 / steps as f32;
            let (sin, cos) = (from + share * around).sin_cos();
            let grown = 1.0 + drift * share;
            s(x + 0.5 * width * grown * cos, y + 0.5 * height * grown * sin)
        };
        self.line((0..=steps).map(point).collect::<Vec<_>>());
    }

    /// A small mark, such as an eye.
    pub fn dot(&mut self, (x, y): (f32, f32), size: f32) {
        self.straight(&[(x - size / 2.0, y), (x + size / 2.0, y + size / 4.0)]);
    }
}

/// The point at `share` of the way from one point to another.
pub(super) fn between(a: (f32, f32), b: (f32, f32), share: f32) -> (f32, f32) {
    (a.0 + (b.0 - a.0) * share, a.1 + (b.1 - a.1) * share)
}
