//! Apples: red, yellow and red, or green, with a dimple at the stem and another one at the calyx.

use super::solid::{Flesh, Surface};
use crate::dice::Dice;
use crate::noise::Noise;
use crate::vec3::{Rgb, Vec3, rgb, smoothstep, v};

pub(super) struct Apple {
    /// The colour in the shade of leaves, and the blush.
    ground: Rgb,
    blush: Rgb,
    /// How much of the skin is blushed, from 0 to 1.
    red: f32,
    /// Height relative to the usual one.
    tall: f32,
    /// How much the apple narrows toward the calyx.
    taper: f32,
    /// Whether a cut goes across the core.
    across: bool,
    noise: Noise,
}

impl Apple {
    pub fn new(across: bool, dice: &mut Dice) -> Apple {
        let (ground, blush, red) = dice.pick(&[
            ((0xd8a040, 0xb0141c, 1.05), 0.4),
            ((0xc88a38, 0x7c0e1a, 1.15), 0.15),
            ((0xe6c452, 0xc4242a, 0.62), 0.25),
            ((0xd2c850, 0xd04a34, 0.35), 0.08),
            ((0x9cba3c, 0xb8a040, 0.15), 0.12),
        ]);
        Apple {
            ground: rgb(ground),
            blush: rgb(blush),
            red: red + dice.between(-0.12, 0.12),
            tall: dice.between(0.94, 1.08),
            taper: dice.between(0.05, 0.17),
            across,
            noise: Noise::new(dice),
        }
    }
}

/// Distance from the axis.
fn radius(p: Vec3) -> f32 {
    p.x.hypot(p.z)
}

impl Flesh for Apple {
    /// A circle that turns around an axis which cuts it: geometers call it an apple.
    fn distance(&self, p: Vec3) -> f32 {
        let y = p.y / (1.22 * self.tall);
        let lobes = if y < 0.1 { 0.012 * (5.0 * p.z.atan2(p.x)).cos() * smoothstep(0.1, -0.7, y) } else { 0.0 };
        let r = radius(p) * (1.0 - self.taper * (y + 0.1)) - lobes;
        (r - 0.31).hypot(y) - 0.67
    }

    fn skin(&self, p: Vec3, normal: Vec3) -> Surface {
        let r = radius(p).max(1e-3);
        let (x, z) = (p.x / r, p.z / r);
        let patch = self.noise.at3(v(1.3 * x, 0.9 * p.y, 1.3 * z));
        let streak =
            self.noise.at3(v(7.0 * x, 0.8 * p.y + 9.0, 7.0 * z)) + 0.5 * self.noise.at3(v(15.0 * x, p.y, 15.0 * z));
        let red = smoothstep(-0.35, 0.35, self.red - 0.5 + 0.4 * patch + 0.3 * streak);
        let mut color = self.ground.mix(self.blush, red);
        color = color * (1.0 + 0.10 * streak);
        let dot = self.noise.at3(p * 19.0 + v(50.0, 0.0, 0.0));
        color = color.mix(rgb(0xf0dca0), 0.35 * smoothstep(0.62, 0.85, dot));
        // Russet in the dimple of the stem, a dry flower in the other one.
        let (stem, calyx) = (p.y > 0.0, p.y < 0.0);
        if stem {
            let edge = 0.24 + 0.08 * streak;
            color = color.mix(rgb(0x8a7a34), 0.75 * smoothstep(edge, 0.06, r));
            color = color * (0.45 + 0.55 * smoothstep(0.02, 0.3, r));
        }
        if calyx {
            color = color * (0.3 + 0.7 * smoothstep(0.03, 0.22, r));
            color = color.mix(rgb(0x4a3a22), smoothstep(0.12, 0.07, r + 0.03 * streak));
        }
        Surface { color, normal, gloss: 0.55, sharpness: 45.0 }
    }

    fn stem(&self) -> f32 {
        1.18
    }

    fn inside(&self, p: Vec3) -> Surface {
        let depth = -self.distance(p);
        let (r, y) = (radius(p), p.y);
        let soft = self.noise.at3(p * 5.0);
        let mut color = rgb(0xf6edc8).mix(rgb(0xe9dca4), 0.5 + 0.5 * soft);
        color = color.mix(rgb(0xdcd48a), 0.6 * smoothstep(0.12, 0.03, depth));
        // In either cut: the core's outline, hollows, and a seed in each of them.
        let (core, hollow, seed) = if self.across {
            let sector = std::f32::consts::TAU / 5.0;
            let turn = (p.z.atan2(p.x) + 10.0 * sector) % sector - sector / 2.0;
            let (along, across) = (r * turn.cos(), r * turn.sin());
            let almond = |long: f32, wide: f32| ((along - 0.2) / long).hypot(across / wide);
            (r / 0.44 + 0.05 * (5.0 * p.z.atan2(p.x)).cos(), almond(0.16, 0.075), almond(0.10, 0.05))
        } else {
            let almond = |long: f32, wide: f32| ((r - 0.14 - 0.06 * y) / wide).hypot((y + 0.02) / long);
            ((r / 0.34).hypot(y / 0.45), almond(0.24, 0.10), almond(0.15, 0.065))
        };
        color = color.mix(rgb(0xb8b468), 0.55 * smoothstep(0.07, 0.02, (core - 1.0).abs()));
        color = color.mix(rgb(0xc8b478), smoothstep(1.1, 0.9, hollow));
        color = color.mix(rgb(0x3c2010), smoothstep(1.1, 0.9, seed));
        let line = if self.across { f32::MAX } else { r };
        color = color.mix(rgb(0xb4a060), 0.6 * smoothstep(0.03, 0.01, line) * smoothstep(0.3, 0.45, y.abs()));
        color = color.mix(self.ground.mix(self.blush, self.red.clamp(0.0, 1.0)), smoothstep(0.045, 0.025, depth));
        Surface { color, normal: v(0.0, 1.0, 0.0), gloss: 0.12, sharpness: 20.0 }
    }
}
