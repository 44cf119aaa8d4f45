//! Light and air of a landscape, and its sky.

use super::canvas::{Canvas, Kind};
use crate::dice::Dice;
use crate::noise::Noise;
use crate::vec3::{Rgb, rgb, smoothstep};

pub(super) struct Weather {
    top: Rgb,
    low: Rgb,
    cloud: Rgb,
    cloud_shade: Rgb,
    /// Light of the sun, and that of the sky in the shade.
    pub sun: Rgb,
    pub shade: Rgb,
    pub haze: Rgb,
    /// How thick the air is, from 0 to 1.
    pub thick: f32,
    /// The sun's place in the image; it may be outside.
    pub sun_at: (f32, f32),
    low_sun: bool,
    /// Share of the sky without clouds.
    clear: f32,
    noise: Noise,
}

impl Weather {
    pub fn new(horizon: f32, dice: &mut Dice) -> Weather {
        let fine = [0x3f7cc4, 0xbfd9ec, 0xffffff, 0xa3b1c4, 0xfff6e2, 0x7d93b4, 0xbdd0e0];
        let dull = [0x8d9cab, 0xd3d9dc, 0xeceff0, 0x828d9a, 0xd9dcdc, 0x9aa6b2, 0xc2cad0];
        let evening = [0x56689c, 0xf6b374, 0xffcf9c, 0x876c86, 0xffc184, 0x77709a, 0xe8b592];
        let morning = [0x86abd0, 0xf3dfc6, 0xfff1e2, 0xabaebd, 0xffe6c4, 0x8c98b4, 0xdcd8d4];
        let (colors, thick, low_sun) = dice.pick(&[
            ((fine, 0.35, false), 0.42),
            ((dull, 0.55, false), 0.18),
            ((evening, 0.6, true), 0.2),
            ((morning, 0.8, true), 0.2),
        ]);
        let [top, low, cloud, cloud_shade, sun, shade, haze] = colors.map(rgb);
        let sun_y = if low_sun { horizon * dice.between(0.5, 0.9) } else { -dice.between(0.2, 0.8) };
        Weather {
            top: top.mix(low, dice.between(0.0, 0.25)),
            low,
            cloud,
            cloud_shade,
            sun,
            shade,
            haze,
            thick: thick * dice.between(0.6, 1.15),
            sun_at: (dice.between(0.1, 0.9), sun_y),
            low_sun,
            clear: dice.between(-0.25, 0.35),
            noise: Noise::new(dice),
        }
    }

    /// The colour of something in the light: `facing` from 0 in the shade to 1 in full sun.
    pub fn lit(&self, color: Rgb, facing: f32) -> Rgb {
        color.times(self.shade * 0.75 + self.sun * (0.75 * facing))
    }

    /// The colour of something in the distance, from 0 for near to 1.
    pub fn far(&self, color: Rgb, distance: f32) -> Rgb {
        color.mix(self.haze, (distance * (0.35 + 0.6 * self.thick)).min(0.93))
    }

    pub fn sky(&self, horizon: f32, canvas: &mut Canvas) {
        let noise = self.noise;
        canvas.paint([0.0, 0.0, 1.0, 1.0], Kind::Sky, |x, y, _| {
            let t = (y / horizon).min(1.0);
            let mut color = self.top.mix(self.low, t.powf(1.2));
            let sun = ((x - self.sun_at.0).powi(2) + 1.3 * (y - self.sun_at.1).powi(2)).sqrt();
            if self.low_sun {
                color = color.mix(self.sun.mix(rgb(0xffffff), 0.3), 0.75 * (-sun * sun * 22.0).exp());
            }
            // Clouds are smaller toward the horizon.
            let (u, w) = (2.2 * (x - 0.5) / (1.25 - t), 3.2 / (1.25 - t));
            let bend = 0.35 * noise.at(2.0 * u + 40.0, 2.0 * w);
            let here = noise.rough(1.1 * u + bend, 1.5 * w, 5);
            let cover = smoothstep(self.clear - 0.05, self.clear + 0.4, here);
            if cover > 0.0 {
                let (dx, dy) = (self.sun_at.0 - x, (self.sun_at.1 - y).min(-0.2));
                let lean = noise.rough(1.1 * (u + 0.2 * dx) + bend, 1.5 * (w + 0.4 * dy), 3);
                let bright = smoothstep(-0.3, 0.35, here - lean + 0.15 * (1.0 - cover));
                let cloud = self.cloud_shade.mix(self.cloud, bright);
                color = color.mix(cloud.mix(self.low, 0.4 * t * t), cover * (1.0 - 0.4 * t));
            }
            if self.low_sun {
                color = color.mix(rgb(0xfff0cc), smoothstep(0.042, 0.034, sun));
            }
            Some((color, 1.0))
        });
    }
}
