//! A still life: fruits on a ground, a lamp, a camera.

use super::apple::Apple;
use super::ground::Ground;
use super::orange::Orange;
use super::solid::{Flesh, Fruit, Pose, Surface, lit};
use crate::dice::Dice;
use crate::format::jpeg::Image;
use crate::unpaired::Domain;
use crate::vec3::{Rgb, Vec3, rgb, smoothstep, v};

/// Points of a pixel where the camera looks: the first two, and all of them where these see different things.
const POINTS: [(f32, f32); 6] = [(0.25, 0.3), (0.75, 0.7), (0.7, 0.2), (0.3, 0.8), (0.1, 0.55), (0.9, 0.45)];

pub(super) struct Scene {
    fruits: Vec<Fruit>,
    ground: Ground,
    camera: Camera,
    /// Direction to the lamp.
    lamp: Vec3,
    lamp_light: Rgb,
    sky: Rgb,
    vignette: f32,
    /// Size of the film's grain.
    grain: f32,
    dice: Dice,
}

/// It looks down at an angle; lines that are parallel in space are parallel in the image.
struct Camera {
    view: Vec3,
    up: Vec3,
}

impl Scene {
    /// Choices that depend on the domain come from dice of their own: all others are the same in both domains.
    pub fn new(domain: Domain, dice: &mut Dice) -> Scene {
        let mut own = dice.fork();
        let ground = Ground::new(dice);
        let (sin, cos) = dice.between(0.6, 1.25).sin_cos();
        let camera = Camera { view: v(0.0, -sin, -cos), up: v(0.0, cos, -sin) };
        let (height, turn) = (dice.between(0.5, 1.2), dice.between(0.0, std::f32::consts::TAU));
        let lamp = v(height.cos() * turn.cos(), height.sin(), height.cos() * turn.sin());
        let tint = rgb(dice.any(&[0xfff1dc, 0xffffff, 0xffe6c4, 0xeef4ff]));
        let strength = dice.between(0.65, 1.05);
        let sky = rgb(dice.any(&[0xdfe8ff, 0xffffff, 0xe8f0e8])) * dice.between(0.22, 0.42);
        let mut scene = Scene {
            fruits: Vec::new(),
            ground,
            camera,
            lamp,
            lamp_light: tint * strength,
            sky,
            vignette: dice.between(0.05, 0.3),
            grain: dice.between(0.004, 0.016),
            dice: dice.fork(),
        };
        let number = dice.pick(&[(1, 0.3), (2, 0.25), (3, 0.2), (4, 0.15), (5, 0.1)]);
        let size = if number == 1 { dice.between(0.42, 0.72) } else { dice.between(0.3, 0.5) };
        for _ in 0..number {
            scene.add(domain, size * dice.between(0.85, 1.15), dice, &mut own);
        }
        scene
    }

    /// Adds a fruit where there is room: anywhere, or next to another one.
    fn add(&mut self, domain: Domain, radius: f32, dice: &mut Dice, own: &mut Dice) {
        let depth = -self.camera.view.y;
        let free = |fruits: &[Fruit], (x, z): (f32, f32)| {
            fruits.iter().all(|other| (other.middle.x - x).hypot(other.middle.z - z) > 0.97 * (other.radius + radius))
        };
        let reach = if self.fruits.is_empty() { 0.55 } else { 0.9 };
        let place = (0..40).find_map(|_| {
            let beside = self.fruits.first().filter(|_| dice.chance(0.6));
            let at = match beside {
                Some(other) => {
                    let turn = dice.between(0.0, std::f32::consts::TAU);
                    let far = (other.radius + radius) * dice.between(0.98, 1.15);
                    (other.middle.x + far * turn.cos(), other.middle.z + far * turn.sin())
                }
                None => (dice.between(-reach, reach), (dice.between(-reach, reach) + 0.25) / depth),
            };
            let seen = at.0.abs() < 1.0 && (at.1 * depth - 0.2).abs() < 1.0;
            (seen && free(&self.fruits, at)).then_some(at)
        });
        let Some(place) = place else { return };
        let across = domain == Domain::B || own.chance(0.3);
        let pose = if dice.chance(0.16) { Pose::half(self.camera.view, across, dice) } else { Pose::whole(dice) };
        let flesh: Box<dyn Flesh> = match domain {
            Domain::A => Box::new(Apple::new(across, own)),
            Domain::B => Box::new(Orange::new(own)),
        };
        self.fruits.push(Fruit::new(flesh, place, radius, pose, dice));
    }

    /// The image, and whether each pixel shows fruit.
    pub fn draw(mut self, side: u32) -> (Image, Vec<bool>) {
        let mut rgb = Vec::with_capacity((3 * side * side) as usize);
        let mut mask = Vec::with_capacity((side * side) as usize);
        for row in 0..side {
            for column in 0..side {
                let look = |point: usize| {
                    let (dx, dy) = POINTS[point];
                    let at = |pixel: u32, shift: f32| 2.0 * (pixel as f32 + shift) / side as f32 - 1.0;
                    self.look(at(column, dx), -at(row, dy))
                };
                let mut seen = vec![look(0), look(1)];
                if seen[0].1 != seen[1].1 {
                    seen.extend((2..POINTS.len()).map(look));
                }
                let share = 1.0 / seen.len() as f32;
                let color = seen.iter().fold(Rgb::default(), |sum, (color, _)| sum + *color * share);
                let fruit = seen.iter().filter(|(_, fruit)| fruit.is_some()).count();
                let grain = self.dice.normal(self.grain);
                rgb.extend(color.map(|c| film(c) + grain).bytes());
                mask.push(2 * fruit > seen.len());
            }
        }
        (Image { width: side, height: side, rgb }, mask)
    }

    /// The light from a point of the image, each coordinate from -1 to 1, and the fruit that is there.
    fn look(&self, x: f32, y: f32) -> (Rgb, Option<usize>) {
        let view = self.camera.view;
        let origin = v(x, 0.0, 0.0) + self.camera.up * y - view * 9.0;
        let hits = self.fruits.iter().enumerate().filter_map(|(i, fruit)| Some((i, fruit.hit(origin, view)?)));
        let nearest = hits.min_by(|(_, a), (_, b)| a.far.total_cmp(&b.far));
        let edge = 1.0 - self.vignette * (x * x + y * y) * 0.6;
        if let Some((i, hit)) = nearest {
            let p = origin + view * hit.far;
            let low = 0.5 + 0.5 * smoothstep(0.0, self.fruits[i].radius, p.y);
            let shade = self.shadow(p, Some(i));
            let light = lit(&hit.surface, view, self.lamp, self.lamp_light * shade, self.sky * low);
            // Light from the ground below.
            let from_below =
                self.ground.color(p.x, p.z).map(|c| c * c) * (0.12 * (1.0 - hit.surface.normal.y).max(0.0));
            let bounce = hit.surface.color.map(|c| c * c).times(from_below);
            return ((light + bounce) * edge, Some(i));
        }
        let far = -origin.y / view.y;
        let p = origin + view * far;
        let color = self.ground.color(p.x, p.z);
        let surface = Surface { color, normal: v(0.0, 1.0, 0.0), gloss: 0.0, sharpness: 1.0 };
        let near = self.fruits.iter().map(|fruit| {
            let r = (p.x - fruit.middle.x).hypot(p.z - fruit.middle.z) / fruit.radius;
            1.0 - 0.65 * (-1.3 * r * r).exp()
        });
        let open: f32 = near.product();
        let light = lit(
            &surface,
            view,
            self.lamp,
            self.lamp_light * (self.shadow(p, None) * (0.5 + 0.5 * open)),
            self.sky * open,
        );
        (light * edge, None)
    }

    /// The share of the lamp's light that reaches a point past the other fruits.
    fn shadow(&self, p: Vec3, own: Option<usize>) -> f32 {
        let others = self.fruits.iter().enumerate().filter(|(i, _)| Some(*i) != own);
        let passed = others.map(|(_, fruit)| {
            let to = fruit.middle - p;
            let along = to.dot(self.lamp);
            if along < 0.0 {
                return 1.0;
            }
            let beside = (to - self.lamp * along).length() / fruit.radius;
            let soft = 0.08 + 0.14 * along / fruit.radius;
            0.08 + 0.92 * smoothstep(0.93 - soft, 0.93 + soft, beside)
        });
        passed.product()
    }
}

/// The brightness of a pixel for an amount of light: bright light saturates gently.
fn film(light: f32) -> f32 {
    let light = light.max(0.0);
    let soft = if light < 0.6 { light } else { 0.6 + 0.4 * (1.0 - (-(light - 0.6) / 0.4).exp()) };
    soft.sqrt()
}
