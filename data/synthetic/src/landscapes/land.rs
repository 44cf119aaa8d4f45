//! Mountains, hills, woods and meadows.

use super::canvas::{Canvas, Kind};
use super::weather::Weather;
use crate::dice::Dice;
use crate::noise::Noise;
use crate::vec3::{Rgb, rgb, smoothstep};

/// A line of hills or mountains, with the sky behind.
pub(super) struct Ridge {
    /// The line's height without hills, and the height of the hills over it.
    base: f32,
    height: f32,
    /// Hills over the image's width.
    hills: f32,
    sharp: bool,
    snow: bool,
    wood: bool,
    color: Rgb,
    distance: f32,
    noise: Noise,
}

impl Ridge {
    /// A ridge at a distance from 0 to 1.
    pub fn new(horizon: f32, distance: f32, dice: &mut Dice) -> Ridge {
        let sharp = distance > 0.7 && dice.chance(0.5);
        let wood = !sharp && dice.chance(0.5);
        let color = match (sharp, wood) {
            (true, _) => dice.any(&[0x6d737c, 0x7a7468, 0x5f6b70]),
            (_, true) => dice.any(&[0x3f5b35, 0x4a6236, 0x34503a]),
            _ => dice.any(&[0x7a8f4e, 0x8c9a58, 0x6b8450, 0xa39a62]),
        };
        let height = if sharp { dice.between(0.12, 0.26) } else { dice.between(0.03, 0.06 + 0.1 * distance) };
        Ridge {
            base: horizon + 0.01,
            height,
            hills: dice.between(1.2, 3.2),
            sharp,
            snow: sharp && dice.chance(0.6),
            wood,
            color: rgb(color),
            distance,
            noise: Noise::new(dice),
        }
    }

    pub fn draw(&self, weather: &Weather, canvas: &mut Canvas) {
        let noise = self.noise;
        let side = if weather.sun_at.0 > 0.5 { 1.0 } else { -1.0 };
        let top = |x: f32| {
            let wave = if self.sharp {
                1.0 - 1.6 * noise.rough(self.hills * x, 0.0, 5).abs()
            } else {
                0.6 + 0.8 * noise.rough(self.hills * x, 0.0, 2)
            };
            let trees = if self.wood { 0.010 * noise.rough(60.0 * x, 0.0, 2) } else { 0.0 };
            self.base - self.height * wave.max(0.05) - trees
        };
        let edges: Vec<f32> = (0..=canvas.side).map(|i| top((i as f32 + 0.5) / canvas.side as f32)).collect();
        let columns = canvas.side as f32;
        let pixel = 0.5 / columns;
        canvas.paint([0.0, 0.0, 1.0, self.base + 0.02], Kind::Hill, |x, y, _| {
            let edge = edges[(x * columns) as usize];
            let share = ((y - edge) / (2.0 * pixel) + 0.5).clamp(0.0, 1.0);
            if share == 0.0 {
                return None;
            }
            let deep = ((y - edge) / self.height).clamp(0.0, 1.0);
            let (facing, color) = if self.sharp {
                let fold = noise.rough(9.0 * x + 4.0 * side * y, 5.0 * y, 4);
                let snow = smoothstep(0.45, 0.25, deep + 0.5 * fold) * f32::from(u8::from(self.snow));
                (
                    0.5 + 0.9 * fold,
                    self.color.mix(rgb(0xf4f6fa), snow).mix(rgb(0x5d6a48), 0.6 * smoothstep(0.5, 1.0, deep)),
                )
            } else if self.wood {
                let crowns = noise.rough(42.0 * x, 60.0 * y, 3);
                (0.45 + 0.9 * crowns, self.color)
            } else {
                let patch = noise.at(9.0 * x + 12.0 * y, 45.0 * y);
                let bush = smoothstep(0.45, 0.6, noise.rough(26.0 * x, 60.0 * y, 3));
                let color =
                    self.color.mix(rgb(0xc2b26a), 0.35 * smoothstep(0.0, 0.5, patch)).mix(rgb(0x3c5530), 0.8 * bush);
                (0.75 + 0.25 * noise.at(4.0 * x, 6.0 * y), color)
            };
            let color = weather.lit(color, facing.clamp(0.0, 1.1));
            Some((weather.far(color, self.distance + 0.12 * deep), share))
        });
    }
}

pub(super) struct Meadow {
    near: Rgb,
    far: Rgb,
    flowers: Vec<Flower>,
    path: Option<(f32, f32)>,
    noise: Noise,
}

struct Flower {
    at: (f32, f32),
    size: f32,
    color: Rgb,
}

impl Meadow {
    /// Its upper edge is the horizon or a shore. Flowers grow in patches.
    pub fn new(dice: &mut Dice) -> Meadow {
        let (near, far) = dice.any(&[
            (0x56782f, 0x8fa353),
            (0x66863a, 0xb3ac62),
            (0x4a6b30, 0x7d9850),
            (0xa08c48, 0xcbb56c),
            (0x6d8a45, 0xa4b468),
        ]);
        let noise = Noise::new(dice);
        let kinds: &[u32] = dice.any(&[
            &[0xd0342a, 0xc8281f, 0xe04a34],
            &[0xf2e4ea, 0xe9a6c0, 0xd884ac],
            &[0xf4d84a, 0xfaf2d0],
            &[0x8a70c4, 0xa48ad4, 0xf2eef6],
            &[0xd0342a, 0xf4d84a, 0xf6f2ea, 0x8a70c4],
        ]);
        let number = dice.pick(&[(0, 0.35), (250, 0.3), (600, 0.35)]);
        let flowers = (0..number).filter_map(|_| {
            let (x, depth) = (dice.unit(), dice.unit().powf(1.3));
            let size = dice.between(0.5, 1.0);
            let color = rgb(dice.any(kinds));
            let patch = noise.rough(3.0 * (x - 0.5) / (depth + 0.2), 2.0 / (depth + 0.2), 2);
            (patch > -0.1).then_some(Flower { at: (x, depth), size: size * (0.0025 + 0.009 * depth), color })
        });
        let flowers = flowers.collect();
        let path = dice.chance(0.25).then(|| (dice.between(0.25, 0.75), dice.between(-0.35, 0.35)));
        Meadow { near: rgb(near), far: rgb(far), flowers, path, noise }
    }

    /// Draws the meadow from `edge`, the height of its upper edge at an x, to the bottom. `horizon` is the eye's height.
    pub fn draw(&self, horizon: f32, edge: impl Fn(f32) -> f32, weather: &Weather, canvas: &mut Canvas) {
        let noise = self.noise;
        let pixel = 1.0 / canvas.side as f32;
        let edges: Vec<f32> = (0..=canvas.side).map(|i| edge((i as f32 + 0.5) * pixel)).collect();
        let top = |x: f32| edges[((x / pixel).max(0.0) as usize).min(edges.len() - 1)];
        canvas.paint([0.0, horizon, 1.0, 1.0], Kind::Field, |x, y, _| {
            let share = ((y - top(x)) / pixel + 0.5).clamp(0.0, 1.0);
            if share == 0.0 {
                return None;
            }
            let depth = (y - horizon) / (1.0 - horizon);
            let z = 1.0 / (depth + 0.07);
            let patch = noise.rough(1.6 * (x - 0.5) * z, 1.8 * z, 3);
            let blades = noise.rough(105.0 * x, 50.0 * y * (1.6 - depth), 2);
            let tufts = noise.rough(11.0 * (x - 0.5) * z, 13.0 * z, 4);
            let mut color = self.far.mix(self.near, smoothstep(0.0, 0.6, depth) * 0.8 + 0.5 * patch + 0.25 * tufts);
            if let Some((start, bend)) = self.path {
                let middle = start + bend * (1.0 - depth).powi(2) + 0.02 * noise.at(4.0 * depth, 8.0);
                let width = 0.012 + 0.10 * depth + 0.012 * noise.at(20.0 * x, 40.0 * y);
                color = color.mix(rgb(0xcdb98e), 0.85 * smoothstep(width, 0.75 * width, (x - middle).abs()));
            }
            let facing = 0.72 + 0.3 * patch + (0.4 * blades + 0.42 * tufts) * smoothstep(0.0, 0.25, depth);
            let color = weather.lit(color, facing.clamp(0.05, 1.1));
            Some((weather.far(color, 0.55 * smoothstep(0.35, 0.0, depth)), share))
        });
        for flower in &self.flowers {
            let (x, depth) = flower.at;
            let y = horizon + depth * (1.0 - horizon);
            if y > top(x) + 0.01 {
                let color = weather.far(weather.lit(flower.color, 0.95), 0.4 * smoothstep(0.4, 0.0, depth));
                canvas.ellipse((x, y), flower.size, 0.8 * flower.size, Kind::Flower, color, 0.95);
            }
        }
    }
}
