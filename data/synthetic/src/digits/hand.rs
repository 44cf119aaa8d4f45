//! The hand that writes a digit: a little differently each time.

use super::skeletons::{DIGITS, Skeleton};
use crate::dice::Dice;
use crate::pen::{Stroke, Warp, bounds, jitter, smooth};

/// The lines of a written digit, in pixels of the image.
pub(super) struct Writing {
    pub strokes: Vec<Stroke>,
}

/// Side of the box into which MNIST's digits are scaled, in pixels.
const BOX: f32 = 20.0;
/// Coordinate of the image's centre, and of the centre of mass of MNIST's digits.
const CENTRE: f32 = 14.0;

/// Writes a digit, 0 to 9.
pub(super) fn write(digit: u8, dice: &mut Dice) -> Writing {
    let skeleton = choose(DIGITS[usize::from(digit) % 10], dice);
    let sloppiness = dice.between(0.01, 0.045);
    let bend = Warp::waves(0.03, dice);
    let aspect = skeleton.aspect * (1.05 + dice.normal(0.18));
    let warp = Warp { bend, aspect, slant: 0.18 + dice.normal(0.22), turn: dice.normal(0.1) };
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

/// Scales the lines to MNIST's box and moves their centre of mass close to the image's centre.
fn fit(mut lines: Vec<Vec<(f32, f32)>>, pen: f32, dice: &mut Dice) -> Vec<Vec<(f32, f32)>> {
    let [(left, right), (top, bottom)] = bounds(&lines);
    let scale = (dice.between(0.92, 1.0) * BOX - pen) / (right - left).max(bottom - top);
    let mass = centre_of_mass(&lines);
    // A heavy end must not push the other one out of the image.
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

/// The pressure of the pen along a line: it varies, and may fade towards the end.
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
