//! Oranges: round, with pores, a navel and the green rest of a stem; segments inside.

use super::solid::{Flesh, Surface};
use crate::dice::Dice;
use crate::noise::Noise;
use crate::vec3::{Rgb, Vec3, rgb, smoothstep, v};

/// Segments in a cut.
const SEGMENTS: f32 = 10.0;

pub(super) struct Orange {
    peel: Rgb,
    pulp: Rgb,
    /// Height relative to the width.
    tall: f32,
    navel: bool,
    noise: Noise,
}

impl Orange {
    pub fn new(dice: &mut Dice) -> Orange {
        let peel = dice.any(&[0xfa8a0a, 0xfb9a12, 0xf47808, 0xfba320, 0xf88204]);
        let pulp = rgb(0xf59a1a).mix(rgb(0xe8760e), dice.unit());
        Orange {
            peel: rgb(peel),
            pulp,
            tall: dice.between(0.92, 1.02),
            navel: dice.chance(0.6),
            noise: Noise::new(dice),
        }
    }

    /// Height of the peel's pores and bumps.
    fn bumps(&self, p: Vec3) -> f32 {
        self.noise.at3(p * 19.0)
    }
}

impl Flesh for Orange {
    fn distance(&self, p: Vec3) -> f32 {
        let r = p.x.hypot(p.z);
        let round = v(p.x, p.y / self.tall, p.z).length() - 0.97;
        // Dents at the stem and at the navel.
        let deep = if p.y > 0.0 || self.navel { 0.05 } else { 0.02 };
        round + deep * smoothstep(0.22, 0.0, r)
    }

    fn skin(&self, p: Vec3, normal: Vec3) -> Surface {
        let e = 0.03;
        let here = self.bumps(p);
        let slope = v(self.bumps(p + v(e, 0.0, 0.0)), self.bumps(p + v(0.0, e, 0.0)), self.bumps(p + v(0.0, 0.0, e)))
            - v(here, here, here);
        let normal = (normal - slope * 0.2).unit();
        let patch = self.noise.at3(p * 1.6 + v(30.0, 0.0, 0.0));
        let mut color = self.peel.mix(rgb(0xfcb83c), 0.2 * smoothstep(0.0, 0.9, patch));
        color = color.mix(rgb(0xdc6404), 0.3 * smoothstep(0.0, 0.9, -patch));
        color = color * (1.0 - 0.13 * smoothstep(0.25, 0.7, here));
        let r = p.x.hypot(p.z) + 0.02 * self.noise.at3(p * 9.0);
        if p.y > 0.0 {
            color = color * (0.8 + 0.2 * smoothstep(0.05, 0.25, r));
            color = color.mix(rgb(0x6f7a3a), smoothstep(0.10, 0.07, r));
        } else if self.navel {
            color = color.mix(rgb(0xa85c10), 0.8 * smoothstep(0.035, 0.01, (r - 0.13).abs()));
            color = color.mix(rgb(0x7a4a18), smoothstep(0.05, 0.02, r));
        }
        Surface { color, normal, gloss: 0.3, sharpness: 16.0 }
    }

    fn stem(&self) -> f32 {
        1.04
    }

    fn inside(&self, p: Vec3) -> Surface {
        let r = p.x.hypot(p.z);
        let turn = p.z.atan2(p.x);
        let wall = (turn * SEGMENTS / 2.0).sin().abs() * r * 2.0 / SEGMENTS;
        let drops = self.noise.at3(v(13.0 * turn.cos() * 1.5, 2.5 * r, 13.0 * turn.sin() * 1.5));
        let mut color = self.pulp.mix(rgb(0xfcc050), 0.45 * smoothstep(-0.2, 0.8, drops));
        color = color * (0.92 + 0.14 * smoothstep(0.2, 0.8, r));
        let pith = rgb(0xfae6bc);
        let corner = 0.83 - 0.05 * smoothstep(0.06, 0.0, wall);
        color = color.mix(pith, smoothstep(0.026, 0.012, wall));
        color = color.mix(pith, smoothstep(0.12, 0.09, r).max(smoothstep(corner - 0.015, corner + 0.01, r)));
        color = color.mix(self.peel, smoothstep(0.905, 0.925, r));
        Surface { color, normal: v(0.0, 1.0, 0.0), gloss: 0.25, sharpness: 20.0 }
    }
}
