//! A fruit as a solid: what all fruits have in common. Distances are in units of the fruit's radius; in its own
//! coordinates the middle is 0, and the stem grows in the direction y.

use crate::dice::Dice;
use crate::vec3::{Rgb, Vec3, grey, rgb, smoothstep, v};

/// What an apple or an orange is made of.
pub(super) trait Flesh: Sync {
    /// Distance of a point from the skin, negative inside.
    fn distance(&self, p: Vec3) -> f32;
    /// The skin at a point of it, where the surface has this normal.
    fn skin(&self, p: Vec3, normal: Vec3) -> Surface;
    /// How far the stem reaches over the middle.
    fn stem(&self) -> f32;
    /// The flesh at a point inside, where the fruit is cut.
    fn inside(&self, p: Vec3) -> Surface;
}

/// How a point of a surface looks.
#[derive(Clone, Copy)]
pub(super) struct Surface {
    pub color: Rgb,
    pub normal: Vec3,
    /// Strength of the lamp's reflection.
    pub gloss: f32,
    /// How small that reflection is.
    pub sharpness: f32,
}

/// A fruit on the ground.
pub(super) struct Fruit {
    pub flesh: Box<dyn Flesh>,
    pub middle: Vec3,
    pub radius: f32,
    /// The directions of the fruit's own coordinates.
    pub frame: [Vec3; 3],
    /// The normal of the cut through the middle, if there is one.
    pub cut: Option<Vec3>,
    stem: Option<Stem>,
    leaf: Option<Leaf>,
}

struct Stem {
    from: Vec3,
    to: Vec3,
}

struct Leaf {
    base: Vec3,
    along: Vec3,
    across: Vec3,
    length: f32,
    droop: f32,
    color: Rgb,
}

/// The place where a ray meets a fruit.
pub(super) struct Hit {
    /// Distance from the ray's origin.
    pub far: f32,
    pub surface: Surface,
}

impl Fruit {
    /// A fruit that lies on the ground at (x, z).
    pub fn new(flesh: Box<dyn Flesh>, (x, z): (f32, f32), radius: f32, pose: Pose, dice: &mut Dice) -> Fruit {
        let leafy = dice.chance(0.3) && pose.cut.is_none();
        let lean = v(dice.normal(0.1), flesh.stem() * dice.between(0.9, 1.1), dice.normal(0.1));
        let stem =
            (pose.cut.is_none() && (leafy || dice.chance(0.6))).then_some(Stem { from: v(0.0, 0.6, 0.0), to: lean });
        let turn = dice.between(0.0, std::f32::consts::TAU);
        let along = v(turn.cos(), dice.between(0.0, 0.5), turn.sin()).unit();
        let leaf = Leaf {
            base: v(0.0, 0.97, 0.0),
            along,
            across: along.cross(v(0.0, 1.0, 0.0)).unit(),
            length: dice.between(0.8, 1.15),
            droop: dice.between(0.1, 0.5),
            color: rgb(0x3f6b24).mix(rgb(0x7a9a35), dice.unit()),
        };
        let mut fruit = Fruit {
            flesh,
            middle: v(x, 0.0, z),
            radius,
            frame: pose.frame,
            cut: pose.cut,
            stem,
            leaf: leafy.then_some(leaf),
        };
        fruit.middle.y = radius * fruit.height();
        fruit
    }

    /// How far the lowest point is below the middle.
    fn height(&self) -> f32 {
        let mut lowest = 0f32;
        for i in 0..12 {
            for j in 0..24 {
                let (tilt, turn) = (i as f32 / 11.0 * 1.2, j as f32 / 24.0 * std::f32::consts::TAU);
                let down = v(tilt.sin() * turn.cos(), -tilt.cos(), tilt.sin() * turn.sin());
                let own = self.own(down);
                let (mut inner, mut outer) = (0.3, 1.2);
                for _ in 0..10 {
                    let middle = (inner + outer) / 2.0;
                    let inside = self.flesh.distance(own * middle) < 0.0;
                    *if inside { &mut inner } else { &mut outer } = middle;
                }
                lowest = lowest.max(-down.y * inner);
            }
        }
        lowest
    }

    /// A direction in the fruit's own coordinates.
    fn own(&self, d: Vec3) -> Vec3 {
        v(d.dot(self.frame[0]), d.dot(self.frame[1]), d.dot(self.frame[2]))
    }

    fn world(&self, d: Vec3) -> Vec3 {
        self.frame[0] * d.x + self.frame[1] * d.y + self.frame[2] * d.z
    }

    /// Where a ray of unit direction first meets the fruit.
    pub fn hit(&self, origin: Vec3, direction: Vec3) -> Option<Hit> {
        let (o, d) = (self.own(origin - self.middle) * (1.0 / self.radius), self.own(direction));
        let bound = match (&self.leaf, &self.stem) {
            (Some(_), _) => 1.75,
            (None, Some(_)) => 1.4,
            (None, None) => 1.08,
        };
        let nearest = -o.dot(d);
        let below = bound * bound - (o + d * nearest).dot(o + d * nearest);
        if below < 0.0 {
            return None;
        }
        let (mut far, end) = (nearest - below.sqrt(), nearest + below.sqrt());
        for _ in 0..60 {
            let p = o + d * far;
            let distance = self.distance(p);
            if distance < 0.004 {
                let surface = self.surface(p);
                let surface = Surface { normal: self.world(surface.normal), ..surface };
                return Some(Hit { far: far * self.radius, surface });
            }
            far += distance * 0.85;
            if far > end {
                break;
            }
        }
        None
    }

    fn distance(&self, p: Vec3) -> f32 {
        self.body(p).min(self.stem(p)).min(self.leaf(p))
    }

    fn body(&self, p: Vec3) -> f32 {
        let skin = self.flesh.distance(p);
        self.cut.map_or(skin, |normal| skin.max(p.dot(normal)))
    }

    fn stem(&self, p: Vec3) -> f32 {
        self.stem.as_ref().map_or(f32::MAX, |stem| {
            let (line, from) = (stem.to - stem.from, p - stem.from);
            let t = (from.dot(line) / line.dot(line)).clamp(0.0, 1.0);
            (from - line * t).length() - 0.03 - 0.02 * t
        })
    }

    fn leaf(&self, p: Vec3) -> f32 {
        self.leaf.as_ref().map_or(f32::MAX, |leaf| {
            let (t, side, lift) = leaf.own(p);
            let along = t.clamp(0.0, 1.0);
            let width = 0.7 * along.sqrt() * (1.0 - along);
            let beyond = (-t).max(t - 1.0) * leaf.length;
            0.6 * (lift.abs() - 0.015).max(side.abs() - width).max(beyond)
        })
    }

    fn surface(&self, p: Vec3) -> Surface {
        let (body, stem, leaf) = (self.body(p), self.stem(p), self.leaf(p));
        let slope = |f: &dyn Fn(Vec3) -> f32| {
            let e = 0.01;
            let along = |d: Vec3| f(p + d * e) - f(p - d * e);
            v(along(v(1.0, 0.0, 0.0)), along(v(0.0, 1.0, 0.0)), along(v(0.0, 0.0, 1.0))).unit()
        };
        if let Some(part) = self.leaf.as_ref().filter(|_| leaf < body && leaf < stem) {
            let (t, side, _) = part.own(p);
            let vein = (side.abs() - 0.012).min(((t * 9.0 - side.abs() * 9.0).fract() - 0.5).abs() * 0.2);
            let color = part.color.mix(rgb(0xb4c878), 0.45 * (1.0 - smoothstep(0.0, 0.02, vein)));
            return Surface { color, normal: slope(&|p| self.leaf(p)), gloss: 0.15, sharpness: 18.0 };
        }
        if stem < body {
            let color = rgb(0x5c4025).mix(rgb(0x7a7a3a), smoothstep(0.7, 1.2, p.y) * 0.6);
            return Surface { color, normal: slope(&|p| self.stem(p)), gloss: 0.05, sharpness: 10.0 };
        }
        match self.cut {
            Some(normal) if p.dot(normal) > -0.006 => Surface { normal, ..self.flesh.inside(p) },
            _ => self.flesh.skin(p, slope(&|p| self.flesh.distance(p))),
        }
    }
}

impl Leaf {
    /// A point's share of the way along the leaf, its distance from the middle line, and its height over the sheet.
    fn own(&self, p: Vec3) -> (f32, f32, f32) {
        let from = p - self.base;
        let (t, side) = (from.dot(self.along) / self.length, from.dot(self.across));
        let up = self.across.cross(self.along);
        (t, side, from.dot(up) + self.droop * t * t - 0.3 * side.abs())
    }
}

/// How a fruit lies: the directions of its coordinates, and the normal of its cut in them.
#[derive(Clone, Copy)]
pub(super) struct Pose {
    pub frame: [Vec3; 3],
    pub cut: Option<Vec3>,
}

impl Pose {
    /// A whole fruit, more or less upright.
    pub fn whole(dice: &mut Dice) -> Pose {
        let tilt = dice.pick(&[(0.25, 0.6), (0.8, 0.25), (1.6, 0.15)]) * dice.between(0.2, 1.0);
        let turn = dice.between(0.0, std::f32::consts::TAU);
        let y = v(tilt.sin() * turn.cos(), tilt.cos(), tilt.sin() * turn.sin());
        Pose { frame: around(y, dice), cut: None }
    }

    /// Half a fruit, its cut turned to somebody who looks along `view`: across the core, or along it.
    pub fn half(view: Vec3, across: bool, dice: &mut Dice) -> Pose {
        let normal = (-view + v(dice.normal(0.35), dice.between(-0.1, 0.5), dice.normal(0.2))).unit();
        let frame = around(normal, dice);
        if across {
            return Pose { frame, cut: Some(v(0.0, 1.0, 0.0)) };
        }
        Pose { frame: [frame[0], frame[2], -frame[1]], cut: Some(v(0.0, 0.0, -1.0)) }
    }
}

/// Three directions at right angles with the second one given.
fn around(y: Vec3, dice: &mut Dice) -> [Vec3; 3] {
    let turn = dice.between(0.0, std::f32::consts::TAU);
    let x = v(turn.cos(), 0.37, turn.sin()).cross(y).unit();
    [x, y, x.cross(y)]
}

/// Light that a surface sends to somebody who looks along `view`. Colours of light are linear; black is 0.
pub(super) fn lit(surface: &Surface, view: Vec3, lamp: Vec3, lamp_light: Rgb, sky: Rgb) -> Rgb {
    let albedo = surface.color.map(|c| c * c);
    let facing = ((surface.normal.dot(lamp) + 0.12) / 1.12).max(0.0);
    let half = (lamp - view).unit();
    let shine = surface.gloss * surface.normal.dot(half).max(0.0).powf(surface.sharpness);
    let rim = surface.gloss * 0.25 * (1.0 + view.dot(surface.normal)).clamp(0.0, 1.0).powi(3);
    let above = 0.55 + 0.45 * surface.normal.y;
    albedo.times(lamp_light * facing + sky * above) + lamp_light * shine + sky.times(grey(rim))
}
