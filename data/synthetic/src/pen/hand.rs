//! The errors of a hand, in a box from (0, 0) top left to (1, 1).

use super::Point;
use crate::dice::Dice;

/// Moves every point a bit, and the ends of a stroke a bit more.
pub(crate) fn jitter(stroke: &[Point], sloppiness: f32, dice: &mut Dice) -> Vec<Point> {
    let last = stroke.len() - 1;
    let moved = stroke.iter().enumerate().map(|(i, point)| {
        let far = if i == 0 || i == last { 1.7 * sloppiness } else { sloppiness };
        Point { x: point.x + dice.normal(far), y: point.y + dice.normal(far), ..*point }
    });
    moved.collect()
}

/// A distortion of all lines.
pub(crate) struct Warp {
    /// Two waves, one along each axis, from [`Warp::waves`].
    pub bend: [(f32, f32); 2],
    /// Width relative to height; negative values mirror.
    pub aspect: f32,
    /// Shift of the top to the right, relative to the height.
    pub slant: f32,
    /// Clockwise rotation in radians.
    pub turn: f32,
}

impl Warp {
    /// Two waves: heights with this standard deviation, random phases.
    pub fn waves(deviation: f32, dice: &mut Dice) -> [(f32, f32); 2] {
        let mut wave = || (dice.normal(deviation), dice.unit() * std::f32::consts::TAU);
        [wave(), wave()]
    }

    /// Moves a point of the box; the result is centred at (0, 0).
    pub fn apply(&self, (x, y): (f32, f32)) -> (f32, f32) {
        let wave = |(height, phase): (f32, f32), at: f32| height * (4.5 * at + phase).sin();
        let (x, y) = (x + wave(self.bend[0], y), y + wave(self.bend[1], x));
        let (x, y) = ((x - 0.5) * self.aspect, y - 0.5);
        let x = x - self.slant * y;
        let (sin, cos) = self.turn.sin_cos();
        (x * cos - y * sin, x * sin + y * cos)
    }
}

/// The range of x, and the range of y, of all lines.
pub(crate) fn bounds(lines: &[Vec<(f32, f32)>]) -> [(f32, f32); 2] {
    let range = |of: fn(&(f32, f32)) -> f32| {
        lines.iter().flatten().map(of).fold((f32::MAX, f32::MIN), |(low, high), v| (low.min(v), high.max(v)))
    };
    [range(|point| point.0), range(|point| point.1)]
}
