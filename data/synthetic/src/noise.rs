//! Smooth random functions of place, for textures: clouds, grain, bark, ripples.

use crate::dice::Dice;
use crate::vec3::Vec3;

/// A random function that changes over a distance of about 1.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Noise(u32);

impl Noise {
    pub fn new(dice: &mut Dice) -> Noise {
        Noise((dice.unit() * (1u32 << 24) as f32) as u32)
    }

    /// The random value of a cell, uniform over 0 to 1.
    pub fn cell(self, x: i32, y: i32, z: i32) -> f32 {
        let mut h = self.0.wrapping_mul(0x9e37_79b1);
        for number in [x, y, z] {
            h = (h ^ number as u32).wrapping_mul(0x85eb_ca6b);
            h ^= h >> 15;
        }
        h = h.wrapping_mul(0xc2b2_ae35);
        (h ^ (h >> 13)) as f32 / u32::MAX as f32
    }

    /// From -1 to 1, with mean 0.
    pub fn at(self, x: f32, y: f32) -> f32 {
        let (i, u) = split(x);
        let (j, w) = split(y);
        let row = |j| lerp(self.cell(i, j, 0), self.cell(i + 1, j, 0), u);
        2.0 * lerp(row(j), row(j + 1), w) - 1.0
    }

    /// The same in space.
    pub fn at3(self, p: Vec3) -> f32 {
        let ((i, u), (j, w), (k, t)) = (split(p.x), split(p.y), split(p.z));
        let row = |j, k| lerp(self.cell(i, j, k), self.cell(i + 1, j, k), u);
        let plane = |k| lerp(row(j, k), row(j + 1, k), w);
        2.0 * lerp(plane(k), plane(k + 1), t) - 1.0
    }

    /// A sum of ever finer and weaker noise, mostly from -0.7 to 0.7.
    pub fn rough(self, x: f32, y: f32, octaves: u32) -> f32 {
        let (mut x, mut y, mut sum, mut weight) = (x, y, 0.0, 0.55);
        for octave in 0..octaves {
            let layer = Noise(self.0.wrapping_add(octave.wrapping_mul(7919)));
            sum += weight * layer.at(x, y);
            weight *= 0.5;
            // Each layer is turned, so that no grid shows.
            (x, y) = (1.62 * x + 1.2 * y, 1.62 * y - 1.2 * x);
        }
        sum
    }
}

/// The cell of a coordinate, and how far it is through it, smoothed.
fn split(x: f32) -> (i32, f32) {
    let floor = x.floor();
    let t = x - floor;
    (floor as i32, t * t * (3.0 - 2.0 * t))
}

fn lerp(a: f32, b: f32, t: f32) -> f32 {
    a + t * (b - a)
}
