//! Lakes, rivers and the sea: a mirror with ripples; water lilies and boats on it.

use super::canvas::{Canvas, Kind};
use super::weather::Weather;
use crate::dice::Dice;
use crate::noise::Noise;
use crate::vec3::{Rgb, rgb, smoothstep};

pub(super) struct Water {
    /// Where the water meets the land beyond.
    pub level: f32,
    color: Rgb,
    waves: f32,
    lilies: Vec<(f32, f32, f32)>,
    boat: Option<Boat>,
    noise: Noise,
}

#[derive(Clone, Copy)]
struct Boat {
    at: (f32, f32),
    size: f32,
    hull: Rgb,
    sail: Option<Rgb>,
    mirrored: bool,
}

impl Water {
    pub fn new(level: f32, sea: bool, dice: &mut Dice) -> Water {
        let waves = if sea { dice.between(0.6, 1.0) } else { dice.between(0.1, 0.6) };
        let pond = !sea && dice.chance(0.35);
        let clusters: Vec<(f32, f32)> =
            (0..if pond { 7 } else { 0 }).map(|_| (dice.unit(), 0.12 + 0.8 * dice.unit())).collect();
        let lilies = clusters
            .iter()
            .flat_map(|&(x, depth)| {
                let spread = 0.03 + 0.14 * depth;
                (0..9)
                    .map(|_| (x + dice.normal(spread), depth + dice.normal(0.04), dice.between(0.6, 1.1)))
                    .collect::<Vec<_>>()
            })
            .filter(|lily| (0.08..1.0).contains(&lily.1))
            .collect();
        let boat = dice.chance(if sea { 0.7 } else { 0.3 }).then(|| {
            let depth = dice.between(0.08, 0.5);
            Boat {
                at: (dice.between(0.15, 0.85), level + depth * (1.0 - level)),
                size: 0.05 + 0.22 * depth,
                hull: rgb(dice.any(&[0x4a3a30, 0x2f4a66, 0x8a3a2c, 0x3d5a48, 0xe4ded0])),
                sail: dice.chance(0.65).then(|| rgb(dice.any(&[0xf4efe2, 0xe0b878, 0xc87850, 0xf8f6f0]))),
                mirrored: dice.chance(0.5),
            }
        });
        let color = rgb(dice.any(&[0x4a6a78, 0x3f6468, 0x55708a, 0x4c6456]));
        Water { level, color, waves, lilies, boat, noise: Noise::new(dice) }
    }

    pub fn draw(&self, weather: &Weather, canvas: &mut Canvas) {
        let (noise, level) = (self.noise, self.level);
        let above = Canvas { side: canvas.side, colors: canvas.colors.clone(), kinds: Vec::new() };
        canvas.paint([0.0, level, 1.0, 1.0], Kind::Water, |x, y, _| {
            let depth = (y - level) / (1.0 - level);
            let z = 1.0 / (depth + 0.08);
            let (u, w) = ((x - 0.5) * z, 5.0 * z);
            let ripple = noise.rough(3.0 * u, 4.0 * w, 3);
            let fine = noise.at(60.0 * x, 9.0 * w + 90.0 * y);
            let sway = self.waves * (0.2 + depth);
            let (mx, my) = (x + 0.018 * sway * ripple, 2.0 * level - y + 0.10 * sway * (ripple + 0.4 * fine));
            let mirror = above.at(mx, my.min(level - 0.004));
            let clear = 0.82 - 0.3 * depth - 0.15 * self.waves + 0.25 * self.waves * ripple;
            let mut color = weather.lit(self.color, 0.7).mix(mirror, clear.clamp(0.1, 0.95));
            let below_sun = (-(x - weather.sun_at.0).powi(2) / (0.004 + 0.02 * depth)).exp();
            let spark =
                smoothstep(0.12, 0.4, ripple + 0.25 * fine) * (0.15 * self.waves + 0.75 * below_sun * weather.thick);
            color = color.mix(weather.sun.mix(rgb(0xffffff), 0.3), spark.min(0.8));
            Some((weather.far(color, 0.3 * smoothstep(0.25, 0.0, depth)), 1.0))
        });
        for &(x, depth, size) in &self.lilies {
            let (rx, y) = (size * (0.008 + 0.028 * depth), level + depth * (1.0 - level));
            let green = rgb(0x6d9a58).mix(rgb(0x8fb070), size - 0.6);
            canvas.ellipse((x, y + 0.15 * rx), rx, 0.36 * rx, Kind::Leaf, weather.lit(rgb(0x2a3c34), 0.5), 0.6);
            canvas.ellipse((x, y), rx, 0.34 * rx, Kind::Leaf, weather.lit(green, 0.85), 1.0);
            if size > 0.92 {
                canvas.ellipse(
                    (x, y - 0.25 * rx),
                    0.35 * rx,
                    0.3 * rx,
                    Kind::Flower,
                    weather.lit(rgb(0xf6dce6), 1.1),
                    1.0,
                );
            }
        }
        if let Some(boat) = self.boat {
            boat.draw(-0.75, 0.45, weather, canvas);
            boat.draw(1.0, 1.0, weather, canvas);
        }
    }
}

impl Boat {
    /// Draws the boat; with a negative `height`, its mirror image.
    fn draw(&self, height: f32, alpha: f32, weather: &Weather, canvas: &mut Canvas) {
        let kind = if height > 0.0 { Kind::Wall } else { Kind::Water };
        let flip = if self.mirrored { -1.0 } else { 1.0 };
        let at = |x: f32, y: f32| (self.at.0 + flip * x * self.size, self.at.1 - height * y * self.size);
        let hull = weather.lit(self.hull, 0.75);
        canvas.polygon(&[at(-0.5, 0.16), at(-0.38, -0.02), at(0.36, -0.02), at(0.55, 0.2)], kind, alpha, |_, _| hull);
        let rim = weather.lit(self.hull.mix(rgb(0xffffff), 0.4), 1.0);
        canvas.polygon(&[at(-0.5, 0.16), at(-0.5, 0.13), at(0.55, 0.17), at(0.55, 0.2)], kind, alpha, |_, _| rim);
        if let Some(sail) = self.sail {
            let (mast, light, dark) = (weather.lit(rgb(0x5a4632), 0.7), weather.lit(sail, 1.0), weather.lit(sail, 0.7));
            canvas.polygon(&[at(0.03, 0.15), at(0.07, 0.15), at(0.06, 1.42), at(0.04, 1.42)], kind, alpha, |_, _| mast);
            canvas.polygon(&[at(0.03, 0.28), at(-0.46, 0.3), at(0.03, 1.36)], kind, alpha, |_, _| light);
            canvas.polygon(&[at(0.09, 0.28), at(0.5, 0.26), at(0.08, 1.2)], kind, alpha, |_, _| dark);
        }
    }
}
