//! How a hand misses the points that it aims at, in a box from (0, 0) top left to (1, 1).

use super::Point;
use crate::dice::Dice;

/// Moves every point a bit, the ends of a stroke a bit more.
pub(crate) fn jitter(stroke: &[Point], sloppiness: f32, dice: &mut Dice) -> Vec<Point> {
    let last = stroke.len() - 1;
    let moved = stroke.iter().enumerate().map(|(i, point)| {
        let far = if i == 0 || i == last { 1.7 * sloppiness } else { sloppiness };
        Point { x: point.x + dice.normal(far), y: point.y + dice.normal(far), ..*point }
    });
    moved.collect()
}

/// What a hand does to all lines at once.
pub(crate) struct Warp {
    /// Two waves, along each axis, as [`Warp::waves`] makes them.
    pub bend: [(f32, f32); 2],
    /// Width relative to height; negative values mirror.
    pub aspect: f32,
    /// How far the top leans to the right, relative to the height.
    pub slant: f32,
    /// Radians, clockwise.
    pub turn: f32,
}

impl Warp {
    /// Waves about as high as `deviation`, with any phase.
    pub fn waves(deviation: f32, dice: &mut Dice) -> [(f32, f32); 2] {
        let mut wave = || (dice.normal(deviation), dice.unit() * std::f32::consts::TAU);
        [wave(), wave()]
    }

    /// Where a point of the box goes, around (0, 0).
    pub fn apply(&self, (x, y): (f32, f32)) -> (f32, f32) {
        let wave = |(height, phase): (f32, f32), at: f32| height * (4.5 * at + phase).sin();
        let (x, y) = (x + wave(self.bend[0], y), y + wave(self.bend[1], x));
        let (x, y) = ((x - 0.5) * self.aspect, y - 0.5);
        let x = x - self.slant * y;
        let (sin, cos) = self.turn.sin_cos();
        (x * cos - y * sin, x * sin + y * cos)
    }
}

/// The least and the greatest x, and y, of all lines.
pub(crate) fn bounds(lines: &[Vec<(f32, f32)>]) -> [(f32, f32); 2] {
    let range = |of: fn(&(f32, f32)) -> f32| {
        lines.iter().flatten().map(of).fold((f32::MAX, f32::MIN), |(low, high), v| (low.min(v), high.max(v)))
    };
    [range(|point| point.0), range(|point| point.1)]
}
