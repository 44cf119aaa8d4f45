//! The hand that writes a digit: a little differently each time.

use super::curve::smooth;
use super::skeletons::{DIGITS, Point, Skeleton};
use crate::generate::dice::Dice;

/// The lines of a written digit, in pixels of the picture.
pub(super) struct Writing {
    pub strokes: Vec<Stroke>,
}

/// What the pen writes from touching the paper to leaving it.
pub(super) struct Stroke {
    /// The line's points, in pixels.
    pub line: Vec<(f32, f32)>,
    /// The line's width at each of them, in pixels.
    pub widths: Vec<f32>,
}

/// MNIST's digits were scaled to fit a box of this many pixels.
const BOX: f32 = 20.0;
/// Their centre of mass was then put at the centre of the picture.
const CENTRE: f32 = 14.0;

/// Writes a digit, 0 to 9.
pub(super) fn write(digit: u8, dice: &mut Dice) -> Writing {
    let skeleton = choose(DIGITS[usize::from(digit) % 10], dice);
    let sloppiness = dice.between(0.01, 0.045);
    let warp = Warp::new(skeleton.aspect, dice);
    let lines: Vec<_> = skeleton
        .strokes
        .iter()
        .map(|stroke| {
            let line = smooth(&jitter(stroke, sloppiness, dice));
            line.into_iter().map(|point| warp.apply(point)).collect()
        })
        .collect();
    let pen = (2.4 * (1.0 + dice.normal(0.22))).clamp(1.3, 4.0);
    let strokes = fit(lines, pen, dice).into_iter().map(|line| press(line, pen, dice)).collect();
    Writing { strokes }
}

fn choose<'a>(ways: &'a [Skeleton], dice: &mut Dice) -> &'a Skeleton {
    let mut left = dice.unit() * ways.iter().map(|way| way.weight).sum::<f32>();
    let chosen = ways.iter().find(|way| {
        left -= way.weight;
        left < 0.0
    });
    chosen.unwrap_or(&ways[0])
}

/// Moves every point a bit, the ends of a stroke a bit more.
fn jitter(stroke: &[Point], sloppiness: f32, dice: &mut Dice) -> Vec<Point> {
    let last = stroke.len() - 1;
    let moved = stroke.iter().enumerate().map(|(i, point)| {
        let far = if i == 0 || i == last { 1.7 * sloppiness } else { sloppiness };
        Point { x: point.x + dice.normal(far), y: point.y + dice.normal(far), ..*point }
    });
    moved.collect()
}

/// What the hand does to the whole digit: its proportions, a bend, a slant, a turn.
struct Warp {
    aspect: f32,
    bend: [(f32, f32); 2],
    slant: f32,
    turn: (f32, f32),
}

impl Warp {
    fn new(aspect: f32, dice: &mut Dice) -> Warp {
        let mut wave = || (dice.normal(0.03), dice.unit() * std::f32::consts::TAU);
        let bend = [wave(), wave()];
        Warp {
            aspect: aspect * (1.05 + dice.normal(0.18)),
            bend,
            slant: 0.18 + dice.normal(0.22),
            turn: dice.normal(0.1).sin_cos(),
        }
    }

    fn apply(&self, (x, y): (f32, f32)) -> (f32, f32) {
        let wave = |(height, phase): (f32, f32), at: f32| height * (4.5 * at + phase).sin();
        let (x, y) = (x + wave(self.bend[0], y), y + wave(self.bend[1], x));
        let (x, y) = ((x - 0.5) * self.aspect, y - 0.5);
        let x = x - self.slant * y;
        let (sin, cos) = self.turn;
        (x * cos - y * sin, x * sin + y * cos)
    }
}

/// Scales the lines to MNIST's box and puts their centre of mass, nearly, at the picture's centre.
fn fit(mut lines: Vec<Vec<(f32, f32)>>, pen: f32, dice: &mut Dice) -> Vec<Vec<(f32, f32)>> {
    let points = || lines.iter().flatten();
    let range = |of: fn(&(f32, f32)) -> f32| {
        points().map(of).fold((f32::MAX, f32::MIN), |(low, high), v| (low.min(v), high.max(v)))
    };
    let (left, right) = range(|point| point.0);
    let (top, bottom) = range(|point| point.1);
    let scale = (dice.between(0.92, 1.0) * BOX - pen) / (right - left).max(bottom - top);
    let mass = centre_of_mass(&lines);
    // A heavy end must not push the other one out of the picture.
    let place = |mass: f32, low: f32, high: f32, dice: &mut Dice| {
        let margin = 1.0 + pen / 2.0;
        let at = CENTRE + dice.normal(0.35) - mass * scale;
        at.clamp(margin - low * scale, 2.0 * CENTRE - margin - high * scale)
    };
    let (dx, dy) = (place(mass.0, left, right, dice), place(mass.1, top, bottom, dice));
    for point in lines.iter_mut().flatten() {
        *point = (point.0 * scale + dx, point.1 * scale + dy);
    }
    lines
}

fn centre_of_mass(lines: &[Vec<(f32, f32)>]) -> (f32, f32) {
    let (mut x, mut y, mut mass) = (0.0, 0.0, 1e-6);
    for pair in lines.iter().flat_map(|line| line.windows(2)) {
        let (a, b) = (pair[0], pair[1]);
        let length = (b.0 - a.0).hypot(b.1 - a.1);
        x += length * (a.0 + b.0) / 2.0;
        y += length * (a.1 + b.1) / 2.0;
        mass += length;
    }
    (x / mass, y / mass)
}

/// The pressure of the pen along a line: it swells and shrinks, and may fade to the end.
fn press(line: Vec<(f32, f32)>, pen: f32, dice: &mut Dice) -> Stroke {
    let (swell, phase) = (dice.normal(0.1), dice.unit() * std::f32::consts::TAU);
    let fade = dice.between(-0.35, 0.1).min(0.0);
    let last = line.len().max(2) - 1;
    let width = |i: usize| {
        let at = i as f32 / last as f32;
        pen * (1.0 + swell * (5.0 * at + phase).sin() + fade * at.powi(3))
    };
    let widths = (0..line.len()).map(width).collect();
    Stroke { line, widths }
}
