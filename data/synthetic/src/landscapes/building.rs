//! A house, and a bridge of stone.

use super::canvas::{Canvas, Kind};
use super::weather::Weather;
use crate::dice::Dice;
use crate::noise::Noise;
use crate::vec3::{Rgb, rgb};

pub(super) struct House {
    at: (f32, f32),
    size: f32,
    wall: Rgb,
    roof: Rgb,
    distance: f32,
    mirrored: bool,
}

impl House {
    pub fn new(at: (f32, f32), size: f32, distance: f32, dice: &mut Dice) -> House {
        let wall = rgb(dice.any(&[0xece4d2, 0xe2cfae, 0xd8b8a0, 0xf2eee6, 0xb8a890]));
        let roof = rgb(dice.any(&[0xa0523a, 0x8a4534, 0x6a6460, 0xb0704a, 0x59647a]));
        House { at, size, wall, roof, distance, mirrored: dice.chance(0.5) }
    }

    pub fn draw(&self, weather: &Weather, canvas: &mut Canvas) {
        let flip = if self.mirrored { -1.0 } else { 1.0 };
        let at = |x: f32, y: f32| (self.at.0 + flip * x * self.size, self.at.1 - y * self.size);
        let look = |color: Rgb, facing: f32| weather.far(weather.lit(color, facing), self.distance);
        let sunny = (weather.sun_at.0 - self.at.0) * flip > 0.0;
        let (front, gable) = if sunny { (1.0, 0.55) } else { (0.6, 1.0) };
        let mut fill = |points: &[(f32, f32)], color: Rgb| canvas.polygon(points, Kind::Wall, 1.0, |_, _| color);
        fill(
            &[at(-0.9, 0.0), at(-0.4, -0.02), at(-0.4, 0.55), at(-0.65, 0.95), at(-0.9, 0.57)],
            look(self.wall, gable),
        );
        fill(&[at(-0.4, -0.02), at(0.8, 0.0), at(0.8, 0.55), at(-0.4, 0.55)], look(self.wall, front));
        fill(&[at(-0.46, 0.5), at(0.86, 0.52), at(0.66, 0.98), at(-0.65, 0.98)], look(self.roof, 0.85));
        fill(&[at(0.35, 0.85), at(0.48, 0.85), at(0.48, 1.18), at(0.35, 1.18)], look(self.roof * 0.9, 0.6));
        let dark = look(rgb(0x4a5560), 0.4);
        for x in [-0.18, 0.5] {
            fill(&[at(x, 0.22), at(x + 0.15, 0.22), at(x + 0.15, 0.42), at(x, 0.42)], dark);
        }
        fill(&[at(0.14, 0.0), at(0.31, 0.0), at(0.31, 0.36), at(0.14, 0.36)], look(rgb(0x5a4030), 0.6));
        fill(&[at(-0.72, 0.26), at(-0.58, 0.26), at(-0.58, 0.44), at(-0.72, 0.44)], dark);
    }
}

pub(super) struct Bridge {
    level: f32,
    height: f32,
    arches: f32,
    shift: f32,
    color: Rgb,
    noise: Noise,
}

impl Bridge {
    pub fn new(level: f32, dice: &mut Dice) -> Bridge {
        Bridge {
            level,
            height: dice.between(0.09, 0.14),
            arches: dice.between(2.5, 4.5),
            shift: dice.unit(),
            color: rgb(dice.any(&[0xb8a68c, 0x9c9890, 0xc4ae98])),
            noise: Noise::new(dice),
        }
    }

    pub fn draw(&self, weather: &Weather, canvas: &mut Canvas) {
        let top = |x: f32| self.level - self.height * (1.0 - 0.25 * (2.0 * x - 1.0).powi(2));
        canvas.paint([0.0, top(0.5) - 0.01, 1.0, self.level + 0.01], Kind::Wall, |x, y, _| {
            let pixel = 256.0;
            let above = ((y - top(x)) * pixel + 0.5).clamp(0.0, 1.0);
            let across = ((x * self.arches + self.shift).fract() - 0.5) / 0.40;
            let open = 0.72 * self.height * (1.0 - across * across).max(0.0).sqrt();
            let stone =
                1.0 - ((y - (self.level - open)) * pixel + 0.5).clamp(0.0, 1.0) * f32::from(u8::from(open > 0.0));
            let block = self.noise.at(60.0 * x, 90.0 * y);
            let rail = if y < top(x) + 0.012 { 1.05 } else { 0.72 };
            let color = weather.far(weather.lit(self.color * (1.0 + 0.1 * block), rail), 0.25);
            Some((color, above * stone)).filter(|(_, share)| *share > 0.0)
        });
    }
}
