//! A scene in oil: brush strokes from a palette, in the manner of Monet.

use super::canvas::{Canvas, Kind};
use crate::dice::Dice;
use crate::noise::Noise;
use crate::vec3::{Rgb, grey, rgb, smoothstep, v};

/// The colours on the palette. There is no black: shadows are violet and blue.
const PALETTE: [u32; 20] = [
    0xf6eed8, 0xf2dcb0, 0xe6c27a, 0xcf9c4c, 0xf0c8b8, 0xdc9a98, 0xc65a48, 0xc8b4d8, 0x9a88bc, 0x6a5f9a, 0x484a80,
    0xc4dcec, 0x92b8dc, 0x5e8cc0, 0x3c6498, 0xb8d0a0, 0x86b07c, 0x4c8a66, 0x2f6456, 0xa8a24c,
];

/// The priming of the canvas.
const CREAM: Rgb = rgb(0xe8dcc0);

/// A brush: length and width of its strokes and their distance from each other, in pixels of an image of 256.
struct Brush {
    length: f32,
    width: f32,
    step: f32,
    /// Whether it paints only where there is detail.
    detail: bool,
}

const BRUSHES: [Brush; 3] = [
    Brush { length: 15.0, width: 5.0, step: 7.5, detail: false },
    Brush { length: 9.0, width: 2.7, step: 4.8, detail: false },
    Brush { length: 5.0, width: 1.6, step: 3.0, detail: true },
];

struct Stroke {
    at: (f32, f32),
    /// Half the length, and half the width.
    length: f32,
    width: f32,
    angle: f32,
    bend: f32,
    color: Rgb,
}

/// What the painter looks at.
struct Spot {
    at: (f32, f32),
    kind: Kind,
    color: Rgb,
    /// From 0 at the horizon to 1 at the lower edge.
    depth: f32,
}

struct Painting {
    side: usize,
    colors: Vec<Rgb>,
    /// Thickness of the paint.
    relief: Vec<f32>,
    noise: Noise,
}

/// The painter's habits in one image.
struct Manner {
    sky: f32,
    hill: f32,
    /// How far colours are moved to those of the palette.
    palette: f32,
    tint: Rgb,
    flow: Noise,
}

pub(super) fn paint(canvas: &Canvas, horizon: f32, dice: &mut Dice) -> Vec<Rgb> {
    let side = canvas.side;
    let noise = Noise::new(dice);
    let mut painting = Painting { side, colors: vec![CREAM; side * side], relief: vec![0.0; side * side], noise };
    let manner = Manner {
        sky: dice.any(&[-0.5, 0.5, 0.2, -0.2]) + dice.normal(0.15),
        hill: dice.any(&[-0.5, 0.5]),
        palette: dice.between(0.4, 0.6),
        tint: rgb(dice.any(&[0xf0d8c0, 0xd8d4f0, 0xf0d0d8, 0xd0e4e8])),
        flow: Noise::new(dice),
    };
    let seen = [canvas.blurred(2), canvas.blurred(1), canvas.colors.clone()];
    let scale = side as f32 / 256.0;
    for (brush, seen) in BRUSHES.iter().zip(&seen) {
        let count = (256.0 / brush.step) as usize;
        let mut places: Vec<usize> = (0..count * count).collect();
        shuffle(&mut places, dice);
        for place in places {
            let mut at = |cell: usize| (cell as f32 + dice.unit()) * brush.step * scale;
            let at = (at(place % count), at(place / count));
            let (column, row) = ((at.0 as usize).min(side - 1), (at.1 as usize).min(side - 1));
            let i = row * side + column;
            let depth = ((at.1 / side as f32 - horizon) / (1.0 - horizon)).clamp(0.0, 1.0);
            let spot = Spot { at, kind: canvas.kinds[i], color: seen[i], depth };
            let plain = detail(&canvas.colors, side, column, row) < dice.between(0.04, 0.11);
            if brush.detail && plain && spot.kind != Kind::Flower {
                continue;
            }
            let stroke = manner.stroke(brush, scale, &spot, dice);
            painting.add(&stroke);
        }
    }
    painting.dry()
}

impl Manner {
    fn stroke(&self, brush: &Brush, scale: f32, spot: &Spot, dice: &mut Dice) -> Stroke {
        let at = spot.at;
        let flow = self.flow.at(at.0 / (60.0 * scale), at.1 / (60.0 * scale));
        // Clouds sweep, water lies, grass stands the more the nearer it is, leaves are dabs.
        let (angle, spread, length, width) = match spot.kind {
            Kind::Sky => (self.sky + 0.7 * flow, 0.2, 1.0, 1.0),
            Kind::Hill => (self.hill * (1.0 + flow), 0.35, 0.8, 0.9),
            Kind::Water => (0.0, 0.07, 1.25, 0.8),
            Kind::Field if dice.chance(0.25 + 0.5 * spot.depth) => (-1.4 + 0.4 * flow, 0.3, 0.75, 0.8),
            Kind::Field => (0.15 * flow, 0.15, 0.9, 0.9),
            Kind::Leaf => (0.8 + 1.5 * flow, 0.8, 0.5, 0.95),
            Kind::Flower => (0.0, 0.6, 0.4, 1.0),
            Kind::Wall => (dice.any(&[0.0, 1.57]), 0.1, 0.6, 0.75),
        };
        let stretch = dice.between(0.7, 1.3);
        Stroke {
            at,
            length: brush.length * length * stretch * scale,
            width: brush.width * width * dice.between(0.8, 1.25) * scale,
            angle: angle + dice.normal(spread),
            bend: dice.normal(0.25),
            color: self.color(spot.color, spot.kind, dice),
        }
    }

    /// The colour that the painter takes for what is seen.
    fn color(&self, seen: Rgb, kind: Kind, dice: &mut Dice) -> Rgb {
        let luma = seen.luma();
        let shadow = smoothstep(0.42, 0.08, luma);
        let vivid = seen.saturated(1.35) * 0.9 + grey(0.09);
        let mut color = vivid.mix(rgb(0x544f8c), 0.45 * shadow).mix(self.tint, 0.10);
        // Broken colour: neighbours differ, and are mixed by the eye.
        let varied = if kind == Kind::Sky { 0.65 } else { 1.0 };
        let hue = v(dice.normal(0.045), dice.normal(0.03), dice.normal(0.045));
        color = color + (hue + grey(dice.normal(0.045))) * varied;
        if dice.chance(0.06) {
            let accent = match kind {
                Kind::Sky => dice.any(&[0xf0c8b8, 0xc8b4d8, 0xf6eed8]),
                Kind::Water => dice.any(&[0xc8b4d8, 0xf2dcb0, 0x4c8a66, 0x5e8cc0]),
                Kind::Leaf | Kind::Hill => dice.any(&[0x6a5f9a, 0xa8a24c, 0x5e8cc0, 0xdc9a98]),
                _ => dice.any(&[0xe6c27a, 0x9a88bc, 0xdc9a98, 0x86b07c]),
            };
            color = color.mix(rgb(accent), 0.45);
        }
        let distance = |paint: &Rgb| (*paint - color).dot(*paint - color);
        let nearest = PALETTE.iter().map(|&hex| rgb(hex)).min_by(|a, b| distance(a).total_cmp(&distance(b)));
        let share = if kind == Kind::Flower { 0.3 } else { self.palette };
        color.mix(nearest.unwrap_or(color), share)
    }
}

impl Painting {
    fn add(&mut self, stroke: &Stroke) {
        let (sin, cos) = stroke.angle.sin_cos();
        let reach = (
            (stroke.length * cos).abs() + 1.5 * (stroke.width * sin).abs() + 1.0,
            (stroke.length * sin).abs() + 1.5 * (stroke.width * cos).abs() + 1.0,
        );
        let last = self.side as f32 - 1.0;
        let range = |middle: f32, reach: f32| {
            (middle - reach).clamp(0.0, last) as usize..=(middle + reach).clamp(0.0, last) as usize
        };
        let (x, y) = stroke.at;
        let (per_length, per_width) = (1.0 / stroke.length, 1.0 / stroke.width);
        for row in range(y, reach.1) {
            for column in range(x, reach.0) {
                let (dx, dy) = (column as f32 + 0.5 - x, row as f32 + 0.5 - y);
                let along = (dx * cos + dy * sin) * per_length;
                let across = (dy * cos - dx * sin) * per_width - stroke.bend * (along * along - 0.4);
                let (far, off) = (along.abs(), across.abs());
                if far > 1.0 || off > 1.2 {
                    continue;
                }
                // Every hair of the brush leaves its own line, and stops at its own place.
                let hair = self.noise.at(1.1 * across * stroke.width + 3.1 * x, 0.8 * along + y);
                let edge = smoothstep(1.15, 0.7, off + 0.25 * hair) * smoothstep(1.0, 0.75, far + 0.2 * hair);
                if edge > 0.0 {
                    let i = row * self.side + column;
                    let color = stroke.color * (1.0 + 0.07 * hair);
                    self.colors[i] = self.colors[i].mix(color, 0.92 * edge);
                    let thick = (0.6 + 0.6 * hair) * (1.0 - 0.6 * across * across) + 0.25 * along;
                    self.relief[i] += edge * (thick - self.relief[i]);
                }
            }
        }
    }

    /// Light from the upper left on the ridges of the paint and the threads of the canvas.
    fn dry(self) -> Vec<Rgb> {
        let side = self.side;
        let relief = |column: usize, row: usize| self.relief[row.min(side - 1) * side + column.min(side - 1)];
        (0..side * side)
            .map(|i| {
                let (column, row) = (i % side, i / side);
                let slope = relief(column + 1, row + 1) - relief(column.saturating_sub(1), row.saturating_sub(1));
                let odd = |pixel: usize| pixel / 3 % 2 == 1;
                let gap = column % 3 == 0 && odd(row) || row % 3 == 0 && odd(column);
                let light = 1.0 + (0.075 * slope).clamp(-0.12, 0.12) - if gap { 0.028 } else { 0.0 };
                self.colors[i] * light
            })
            .collect()
    }
}

/// How much a pixel differs from its neighbours.
fn detail(colors: &[Rgb], side: usize, column: usize, row: usize) -> f32 {
    let at = |column: usize, row: usize| colors[row.min(side - 1) * side + column.min(side - 1)];
    let (across, down) = (
        at(column + 2, row) - at(column.saturating_sub(2), row),
        at(column, row + 2) - at(column, row.saturating_sub(2)),
    );
    across.length() + down.length()
}

fn shuffle(items: &mut [usize], dice: &mut Dice) {
    for i in (1..items.len()).rev() {
        items.swap(i, (dice.unit() * (i + 1) as f32) as usize);
    }
}
