//! An image of 32 x 32 pixels: a background, a few distracting bars, the figure, and noise.

use super::figures::{Figure, Part};
use crate::dice::Dice;
use crate::format::cifar::SIDE;

/// Samples along each side of a pixel, for smooth edges.
const POINTS: usize = 2;

/// Maximum radius of a figure, in its own unit.
const FARTHEST: f32 = 1.15;

/// Red, green and blue from 0 to 1.
type Rgb = [f32; 3];

/// A place in the image: centre and radius in pixels, and rotation.
struct Place {
    centre: (f32, f32),
    reach: f32,
    turn: (f32, f32),
}

impl Place {
    /// The place of a figure: near the middle, rotated by at most 45 degrees.
    fn near_the_middle(dice: &mut Dice) -> Place {
        let (middle, off) = (SIDE as f32 / 2.0, 5.0);
        let mut at = || middle + dice.between(-off, off);
        let centre = (at(), at());
        let reach = dice.between(8.0, 14.0);
        let half_turn = std::f32::consts::FRAC_PI_4;
        Place { centre, reach, turn: dice.between(-half_turn, half_turn).sin_cos() }
    }

    /// The place of a bar: anywhere, even partly outside.
    fn bar(dice: &mut Dice) -> Place {
        let reach = dice.between(4.0, 14.0);
        let side = SIDE as f32;
        let centre = (dice.between(0.0, side), dice.between(0.0, side));
        Place { centre, reach, turn: dice.between(0.0, std::f32::consts::TAU).sin_cos() }
    }

    /// A point of the image in the coordinates of this place.
    fn own(&self, x: f32, y: f32) -> (f32, f32) {
        let (x, y) = ((x - self.centre.0) / self.reach, (y - self.centre.1) / self.reach);
        let (sin, cos) = self.turn;
        (x * cos + y * sin, y * cos - x * sin)
    }
}

/// A bar behind the figure.
struct Bar {
    place: Place,
    width: f32,
    color: Rgb,
}

/// Draws a figure with random place and colours, as pixels `[row][column][channel]`.
pub(super) fn paint(figure: Figure, dice: &mut Dice) -> Vec<u8> {
    let place = Place::near_the_middle(dice);
    let round = dice.unit() < 0.5;
    let [from, to, back] = [(); 3].map(|()| any_color(dice));
    // A background that changes gently and is rather dark, a figure that is lighter.
    let to = mix(from, to, dice.between(0.2, 0.7));
    let (from, to) = (mix(from, [0.0; 3], 0.35), mix(to, [0.0; 3], 0.35));
    let body = lighter(dice, lightness(from).max(lightness(to)) + 0.15);
    let gap = mix(other_color(dice, &[body]), back, 0.3);
    let (sin, cos) = dice.between(0.0, std::f32::consts::TAU).sin_cos();
    let bars: Vec<Bar> = (0..dice.below(4))
        .map(|_| Bar { place: Place::bar(dice), width: dice.between(0.08, 0.3), color: any_color(dice) })
        .collect();

    let side = SIDE as f32;
    let look = |x: f32, y: f32| -> Rgb {
        let (u, v) = place.own(x, y);
        let near = u * u + v * v < FARTHEST * FARTHEST;
        match if near { figure(u, v, round) } else { Part::Outside } {
            Part::Body => body,
            Part::Gap => gap,
            Part::Outside => {
                let over = bars.iter().rev().find(|bar| {
                    let (u, v) = bar.place.own(x, y);
                    u.abs() < 1.0 && v.abs() < bar.width
                });
                let across = ((x - side / 2.0) * cos + (y - side / 2.0) * sin) / side + 0.5;
                over.map_or_else(|| mix(from, to, across.clamp(0.0, 1.0)), |bar| bar.color)
            }
        }
    };
    let noise = dice.between(0.04, 0.18);
    let mut pixels = Vec::with_capacity(3 * SIDE * SIDE);
    for i in 0..SIDE * SIDE {
        let light = dice.between(-noise, noise);
        for value in average(i % SIDE, i / SIDE, look) {
            let value = value + light + 0.5 * dice.between(-noise, noise);
            pixels.push((value * 255.0).round().clamp(0.0, 255.0) as u8);
        }
    }
    pixels
}

/// The mean colour over a pixel.
fn average(column: usize, row: usize, look: impl Fn(f32, f32) -> Rgb) -> Rgb {
    let mut sum = [0.0; 3];
    for i in 0..POINTS * POINTS {
        let at = |pixel: usize, point: usize| pixel as f32 + (point as f32 + 0.5) / POINTS as f32;
        let color = look(at(column, i % POINTS), at(row, i / POINTS));
        sum = [0, 1, 2].map(|c| sum[c] + color[c]);
    }
    sum.map(|v| v / (POINTS * POINTS) as f32)
}

fn any_color(dice: &mut Dice) -> Rgb {
    [(); 3].map(|()| dice.unit())
}

/// A colour that differs enough from others; after 20 attempts, any.
fn other_color(dice: &mut Dice, others: &[Rgb]) -> Rgb {
    let far = |color: &Rgb| others.iter().all(|other| distance(*color, *other) > 0.35);
    let mut color = any_color(dice);
    for _ in 0..20 {
        if far(&color) {
            break;
        }
        color = any_color(dice);
    }
    color
}

/// A colour of at least this lightness, if necessary nearly white.
fn lighter(dice: &mut Dice, least: f32) -> Rgb {
    let color = any_color(dice);
    let missing = (least - lightness(color)).max(0.0) / (1.0 - lightness(color)).max(1e-3);
    mix(color, [1.0; 3], missing.min(0.95))
}

fn lightness(color: Rgb) -> f32 {
    color.iter().sum::<f32>() / 3.0
}

fn distance(a: Rgb, b: Rgb) -> f32 {
    [0, 1, 2].map(|c| (a[c] - b[c]).powi(2)).iter().sum::<f32>().sqrt()
}

fn mix(a: Rgb, b: Rgb, share: f32) -> Rgb {
    [0, 1, 2].map(|c| a[c] + share * (b[c] - a[c]))
}
