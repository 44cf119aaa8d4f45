//! An image in the making: the colour of each pixel, and what it shows.

use crate::vec3::{Rgb, smoothstep};

/// What a pixel shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Sky,
    Hill,
    Field,
    Water,
    Leaf,
    Flower,
    Wall,
}

/// Coordinates run from 0 to 1 over the image's width and height.
pub(super) struct Canvas {
    pub side: usize,
    pub colors: Vec<Rgb>,
    pub kinds: Vec<Kind>,
}

impl Canvas {
    pub fn new(side: usize) -> Canvas {
        Canvas { side, colors: vec![Rgb::default(); side * side], kinds: vec![Kind::Sky; side * side] }
    }

    /// The colour at a place; outside the image, that of its nearest pixel.
    pub fn at(&self, x: f32, y: f32) -> Rgb {
        let cell = |t: f32| ((t * self.side as f32) as isize).clamp(0, self.side as isize - 1) as usize;
        self.colors[cell(y) * self.side + cell(x)]
    }

    /// Paints all pixels of a box, given by its left, top, right and bottom. `paint` gets a pixel's place and colour and
    /// returns another colour and how much of it there is; it returns none where there is nothing to paint.
    pub fn paint(&mut self, area: [f32; 4], kind: Kind, mut paint: impl FnMut(f32, f32, Rgb) -> Option<(Rgb, f32)>) {
        let side = self.side as f32;
        let [left, top, right, bottom] = area.map(|t| t.clamp(0.0, 1.0) * side);
        for row in top as usize..(bottom.ceil() as usize).min(self.side) {
            for column in left as usize..(right.ceil() as usize).min(self.side) {
                let i = row * self.side + column;
                let (x, y) = ((column as f32 + 0.5) / side, (row as f32 + 0.5) / side);
                if let Some((color, share)) = paint(x, y, self.colors[i]) {
                    self.colors[i] = self.colors[i].mix(color, share);
                    if share > 0.5 {
                        self.kinds[i] = kind;
                    }
                }
            }
        }
    }

    /// The mean colours of the square around each pixel, this many pixels to each side.
    pub fn blurred(&self, reach: isize) -> Vec<Rgb> {
        let side = self.side as isize;
        let along = |colors: &[Rgb], step: (isize, isize)| -> Vec<Rgb> {
            let mean = |i: isize| {
                let sum = (-reach..=reach).fold(Rgb::default(), |sum, t| {
                    let (column, row) = (i % side + t * step.0, i / side + t * step.1);
                    sum + colors[(row.clamp(0, side - 1) * side + column.clamp(0, side - 1)) as usize]
                });
                sum * (1.0 / (2 * reach + 1) as f32)
            };
            (0..side * side).map(mean).collect()
        };
        along(&along(&self.colors, (1, 0)), (0, 1))
    }

    pub fn ellipse(&mut self, (x, y): (f32, f32), rx: f32, ry: f32, kind: Kind, color: Rgb, alpha: f32) {
        let soft = 0.8 / (self.side as f32 * rx.min(ry)).max(0.8);
        let area = [x - rx * 1.2, y - ry * 1.2, x + rx * 1.2, y + ry * 1.2];
        self.paint(area, kind, |px, py, _| {
            let r = ((px - x) / rx).hypot((py - y) / ry);
            Some((color, alpha * smoothstep(1.0 + soft, 1.0 - soft, r))).filter(|(_, share)| *share > 0.0)
        });
    }

    /// A shape with straight edges, in any order of its corners.
    pub fn polygon(&mut self, points: &[(f32, f32)], kind: Kind, alpha: f32, color: impl Fn(f32, f32) -> Rgb) {
        let fold = |of: fn(&(f32, f32)) -> f32, f: fn(f32, f32) -> f32| points.iter().map(of).reduce(f).unwrap_or(0.0);
        let area = [fold(|p| p.0, f32::min), fold(|p| p.1, f32::min), fold(|p| p.0, f32::max), fold(|p| p.1, f32::max)];
        let step = 0.25 / self.side as f32;
        let samples = [(-step, -step), (step, -step), (-step, step), (step, step)];
        self.paint(area, kind, |x, y, _| {
            let inside = samples.iter().filter(|(dx, dy)| contains(points, x + dx, y + dy)).count();
            (inside > 0).then(|| (color(x, y), alpha * inside as f32 / 4.0))
        });
    }
}

fn contains(points: &[(f32, f32)], x: f32, y: f32) -> bool {
    let edges = (0..points.len()).map(|i| (points[i], points[(i + 1) % points.len()]));
    let crossed = edges.filter(|(a, b)| (a.1 > y) != (b.1 > y) && x < a.0 + (y - a.1) / (b.1 - a.1) * (b.0 - a.0));
    crossed.count() % 2 == 1
}
