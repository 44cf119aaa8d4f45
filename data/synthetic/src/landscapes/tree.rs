//! Trees and bushes: crowns of leafy clumps.

use super::canvas::{Canvas, Kind};
use super::weather::Weather;
use crate::dice::Dice;
use crate::noise::Noise;
use crate::vec3::{Rgb, rgb, smoothstep};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Species {
    Broad,
    Poplar,
    Fir,
    Bush,
}

pub(super) struct Tree {
    /// The foot of the trunk.
    at: (f32, f32),
    height: f32,
    species: Species,
    /// Middle and radius of each clump, in units of the height, y upwards from the foot.
    clumps: Vec<(f32, f32, f32)>,
    color: Rgb,
    distance: f32,
    noise: Noise,
}

impl Tree {
    pub fn new(species: Species, at: (f32, f32), height: f32, distance: f32, dice: &mut Dice) -> Tree {
        let clumps = match species {
            Species::Broad => (0..11)
                .map(|_| {
                    let turn = dice.between(0.0, std::f32::consts::TAU);
                    let far = dice.unit().sqrt();
                    (0.27 * far * turn.cos(), 0.63 + 0.24 * far * turn.sin(), dice.between(0.08, 0.15))
                })
                .collect(),
            Species::Poplar => (0..16)
                .map(|i| {
                    let t = i as f32 / 15.0;
                    let wide = 0.095 * (1.0 - (2.0 * t - 0.75).powi(2) / 2.0);
                    (dice.normal(0.012), 0.09 + 0.86 * t, wide * dice.between(0.85, 1.15))
                })
                .collect(),
            Species::Fir => (0..10)
                .flat_map(|i| {
                    let t = i as f32 / 9.0;
                    let wide = 0.2 * (1.0 - t) + 0.012;
                    let y = 0.16 + 0.8 * t;
                    [(-0.5 * wide, y - 0.02, 0.55 * wide), (0.0, y, 0.5 * wide), (0.5 * wide, y - 0.02, 0.55 * wide)]
                })
                .collect(),
            Species::Bush => {
                (0..7).map(|_| (dice.normal(0.38), dice.between(0.2, 0.55), dice.between(0.2, 0.38))).collect()
            }
        };
        let color = match species {
            Species::Fir => dice.any(&[0x2f4a33, 0x38523a, 0x2b4438]),
            Species::Poplar => dice.any(&[0x5b7a38, 0x6c8840, 0x4f6f3a, 0xa89a48]),
            _ => dice.any(&[0x4a6b30, 0x5a7a38, 0x40602f, 0x6c8440, 0x8c8a40, 0x4f7048]),
        };
        Tree { at, height, species, clumps, color: rgb(color), distance, noise: Noise::new(dice) }
    }

    pub fn draw(&self, weather: &Weather, canvas: &mut Canvas) {
        let ((x, y), h) = (self.at, self.height);
        let side = if weather.sun_at.0 > x { 1.0 } else { -1.0 };
        let shadow = weather.far(weather.lit(rgb(0x2c3820), 0.25), self.distance);
        canvas.ellipse((x - side * 0.14 * h, y + 0.01 * h), 0.32 * h, 0.035 * h, Kind::Field, shadow, 0.55);
        if self.species != Species::Bush {
            let bark = weather.far(weather.lit(rgb(0x5a4838), 0.45), self.distance);
            let slim = if self.species == Species::Poplar { 0.6 } else { 1.0 };
            let (foot, top) = (0.024 * slim * h, 0.011 * slim * h);
            let trunk = [(x - foot, y), (x + foot, y), (x + top, y - 0.6 * h), (x - top, y - 0.6 * h)];
            canvas.polygon(&trunk, Kind::Leaf, 1.0, |_, _| bark);
        }
        let noise = self.noise;
        let pixel = 1.0 / (canvas.side as f32 * h);
        let wide = match self.species {
            Species::Broad => 0.5,
            Species::Poplar => 0.18,
            Species::Fir => 0.3,
            Species::Bush => 1.2,
        };
        let leaf = if self.species == Species::Fir { 30.0 } else { 20.0 };
        canvas.paint([x - wide * h, y - 1.1 * h, x + wide * h, y + 0.02 * h], Kind::Leaf, |px, py, _| {
            let (u, w) = ((px - x) / h, (y - py) / h);
            // Clumps run into each other, and each catches the light on its own.
            let (mut sum, mut facing) = (0.0, 0.0);
            for &(cx, cy, r) in &self.clumps {
                let (dx, dy) = ((u - cx) / r, (w - cy) / r);
                let share = (1.35 - dx * dx - dy * dy).max(0.0).powi(2);
                sum += share;
                facing += share * (0.45 + 0.4 * (0.6 * side * dx + 0.8 * dy));
            }
            let (best, facing) = (sum.sqrt() - 0.75, facing / sum.max(1e-6));
            if best < -0.55 || w < 0.0 {
                return None;
            }
            let leaves = noise.rough(leaf * u, leaf * w, 4);
            let share = smoothstep(-2.0 * pixel, 4.0 * pixel + 0.06, best + 0.9 * leaves);
            if share == 0.0 {
                return None;
            }
            let light = facing + 0.85 * noise.rough(1.7 * leaf * u + 7.0, 1.7 * leaf * w, 3) + 0.25 * (w - 0.6);
            let color = self.color.mix(rgb(0xb4b85a), 0.3 * smoothstep(0.5, 1.0, light));
            Some((weather.far(weather.lit(color, light.clamp(0.0, 1.15)), self.distance), share))
        });
    }
}
