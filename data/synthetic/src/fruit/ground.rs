//! What the fruit lies on. Nothing here knows the domain.

use crate::dice::Dice;
use crate::noise::Noise;
use crate::vec3::{Rgb, grey, rgb, smoothstep};

#[derive(Clone, Copy)]
enum Kind {
    Plain,
    Cloth,
    Checks,
    Wood,
    Grass,
    Tiles,
    Stone,
}

pub(super) struct Ground {
    kind: Kind,
    colors: [Rgb; 2],
    /// Sine and cosine of the pattern's rotation.
    turn: (f32, f32),
    scale: f32,
    plate: Option<Plate>,
    noise: Noise,
}

/// A plate: its middle, its radius and its colours.
struct Plate {
    at: (f32, f32),
    radius: f32,
    color: Rgb,
    rim: Rgb,
}

impl Ground {
    pub fn new(dice: &mut Dice) -> Ground {
        let kind = dice.pick(&[
            (Kind::Plain, 0.2),
            (Kind::Cloth, 0.17),
            (Kind::Checks, 0.08),
            (Kind::Wood, 0.2),
            (Kind::Grass, 0.15),
            (Kind::Tiles, 0.1),
            (Kind::Stone, 0.1),
        ]);
        let pair = |dice: &mut Dice, pairs: &[(u32, u32)]| {
            let (a, b) = dice.any(pairs);
            [rgb(a), rgb(b)].map(|color| color * dice.between(0.88, 1.08))
        };
        let colors = match kind {
            Kind::Plain | Kind::Cloth => pair(
                dice,
                &[
                    (0x6f8fb8, 0x56759f),
                    (0x9a9ea4, 0x83878e),
                    (0xe8e4da, 0xd2cec4),
                    (0x3d4f6e, 0x31405a),
                    (0x7f9a86, 0x6a8471),
                    (0xb9a58c, 0xa18e76),
                    (0x54504e, 0x454140),
                    (0x8d7fa6, 0x776a8f),
                    (0xc9b6b2, 0xb6a29e),
                    (0x2f5d62, 0x264b50),
                ],
            ),
            Kind::Checks => {
                pair(dice, &[(0xe9e6df, 0x4f74a8), (0xe9e6df, 0x8a8f96), (0xe6e6da, 0x5d8a6a), (0xe9e3df, 0xb05a60)])
            }
            Kind::Wood => {
                pair(dice, &[(0x9a6a3e, 0x6f4526), (0xc19a6b, 0x9b7348), (0x6b4730, 0x452c1c), (0xa89680, 0x7d6c59)])
            }
            Kind::Grass => pair(dice, &[(0x6c8f3c, 0x35521f), (0x7f9a4a, 0x46602a), (0x547a38, 0x2b4a20)]),
            Kind::Tiles => {
                pair(dice, &[(0xd9d6cc, 0x9a978f), (0x6d93ad, 0xd5dadb), (0xb98a6c, 0x8d8780), (0xe4e0d4, 0x6a7f96)])
            }
            Kind::Stone => pair(dice, &[(0xb4b2ae, 0x8b8985), (0xdcd8d2, 0xaaa6a4), (0x77797c, 0x55575b)]),
        };
        let plate = (!matches!(kind, Kind::Grass) && dice.chance(0.25)).then(|| Plate {
            at: (dice.normal(0.12), dice.normal(0.15)),
            radius: dice.between(0.8, 1.15),
            color: rgb(dice.any(&[0xf2f0ea, 0xe6ebee, 0xb8ccd8, 0xd8d2c0])),
            rim: rgb(dice.any(&[0x3a5f94, 0x8a8f94, 0xe4e0d6, 0x4d7a66])),
        });
        let turn = dice.between(-0.8, 0.8).sin_cos();
        Ground { kind, colors, turn, scale: dice.between(0.8, 1.35), plate, noise: Noise::new(dice) }
    }

    /// The ground's colour at a place.
    pub fn color(&self, x: f32, z: f32) -> Rgb {
        if let Some(plate) = &self.plate {
            let r = (x - plate.at.0).hypot(z - plate.at.1) / plate.radius;
            if r < 1.0 {
                return self.plate_color(plate, r);
            }
            // The plate's own shadow.
            return self.bare(x, z) * (0.6 + 0.4 * smoothstep(1.0, 1.16, r));
        }
        self.bare(x, z)
    }

    fn plate_color(&self, plate: &Plate, r: f32) -> Rgb {
        let band = smoothstep(0.93, 0.945, r) * smoothstep(0.985, 0.97, r);
        let color = plate.color.mix(plate.rim, 0.85 * band);
        let step = 0.12 * smoothstep(0.05, 0.0, (r - 0.66).abs()) - 0.05 * smoothstep(0.04, 0.0, (r - 0.72).abs());
        color * (0.97 - step)
    }

    fn bare(&self, x: f32, z: f32) -> Rgb {
        let (sin, cos) = self.turn;
        let (x, z) = ((x * cos - z * sin) * self.scale, (x * sin + z * cos) * self.scale);
        let [a, b] = self.colors;
        let noise = self.noise;
        match self.kind {
            Kind::Plain => {
                a.mix(b, 0.5 + 0.6 * noise.rough(0.7 * x, 0.7 * z, 2)) * (1.0 + 0.03 * noise.at(40.0 * x, 40.0 * z))
            }
            Kind::Cloth => {
                let fold = noise.rough(1.2 * x + 0.4 * z, 0.7 * z, 2);
                let weave = 0.05 * (noise.at(45.0 * x, 9.0 * z) + noise.at(9.0 * x, 45.0 * z));
                a.mix(b, 0.5 + 1.2 * fold) * (1.0 + weave + 0.16 * fold)
            }
            Kind::Checks => {
                let stripe = |t: f32| smoothstep(-0.12, 0.12, (t * 11.0).sin());
                a.mix(b, 0.5 * (stripe(x) + stripe(z)))
                    * (1.0 + 0.05 * noise.at(40.0 * x, 40.0 * z) + 0.1 * noise.at(1.5 * x, 1.5 * z))
            }
            Kind::Wood => {
                let plank = (z * 1.9).floor();
                let shift = 13.7 * plank;
                let grain = noise.rough(1.3 * x + shift, 17.0 * z, 3);
                let ring = (9.0 * noise.at(0.5 * x + shift, 2.2 * z)).sin();
                let tone = 0.16 * noise.at(shift, 3.3);
                let gap = (z * 1.9 - plank).min(1.0 + plank - z * 1.9);
                a.mix(b, 0.45 + 0.7 * grain + 0.14 * ring) * ((1.0 + tone) * (0.4 + 0.6 * smoothstep(0.0, 0.035, gap)))
            }
            Kind::Grass => {
                let bend = 0.07 * noise.at(3.0 * x, 4.0 * z);
                let blade =
                    noise.at(36.0 * (x + bend), 5.0 * z) + 0.7 * noise.at(27.0 * (x - bend - 0.12 * z), 7.0 * z + 50.0);
                let patch = noise.rough(1.5 * x, 1.5 * z, 2);
                let color = b.mix(a, smoothstep(-0.9, 0.9, blade + 0.7 * patch));
                color.mix(rgb(0xa8b468), 0.35 * smoothstep(0.5, 1.2, blade))
            }
            Kind::Tiles => {
                let (u, w) = (x * 2.3, z * 2.3);
                let (i, j) = (u.floor(), w.floor());
                let edge = (u - i).min(1.0 + i - u).min(w - j).min(1.0 + j - w);
                let tone = 0.93 + 0.12 * noise.cell(i as i32, j as i32, 5);
                let stone = 1.0 + 0.05 * noise.rough(6.0 * x, 6.0 * z, 2);
                b.mix(a * (tone * stone), smoothstep(0.015, 0.045, edge))
            }
            Kind::Stone => {
                let bend = noise.rough(2.0 * x, 2.0 * z, 3);
                let vein = smoothstep(0.12, 0.0, noise.at(1.7 * x + bend, 1.1 * z + bend).abs());
                let grain = noise.at(30.0 * x, 30.0 * z);
                a.mix(b, 0.4 + 0.8 * bend).mix(b * 0.8, 0.5 * vein) + grey(0.035 * grain)
            }
        }
    }
}
