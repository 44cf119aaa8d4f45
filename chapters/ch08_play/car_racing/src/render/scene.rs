use super::indicators;
use super::paint::Paint;
use super::raster::{Raster, SAMPLES};
use crate::car::{Car, SHAPES};
use crate::config::Config;
use crate::contacts::Contacts;
use crate::track::{PieceKind, Track};
use crate::wheel::wheel_mark;

/// Pixels of the window for a unit of the world, when the camera has zoomed in: Gymnasium's ZOOM * SCALE.
const ZOOM: f64 = 2.7 * 6.0;

/// The same at the start of an episode that zooms in.
const FIRST_ZOOM: f64 = 0.1 * 6.0;

/// A car slower than this is shown with its hull upwards by a camera that follows its velocity.
const FOLLOWED_SPEED: f64 = 0.5;

/// Squares on the grass that fit along half the playfield, light and dark.
const SQUARES: i32 = 20;

/// Nothing of the road is longer than this.
const MAX_PIECE: f64 = 24.0;

/// pygame also paints the pixels on a polygon's edges: not quite half a pixel of the window on each side, because its
/// smooth edges fade.
const EDGE: f64 = 0.4;

/// What an image shows.
pub(crate) struct Scene<'a> {
    pub config: &'a Config,
    pub track: &'a Track,
    pub contacts: &'a Contacts,
    pub car: &'a Car,
    /// Seconds since the start of the episode.
    pub time: f64,
    /// The score.
    pub reward: f64,
}

impl Scene<'_> {
    /// Draws samples for an image of a size in pixels, width and height.
    pub fn draw(&self, raster: &mut Raster, size: [usize; 2]) {
        let [width, height] = self.config.window;
        let scale = [(size[0] * SAMPLES) as f64 / width, (size[1] * SAMPLES) as f64 / height];
        let view = View::new(self, scale);
        self.draw_ground(&view, raster, size);
        self.draw_road(&view, raster);
        self.draw_car(&view, raster);
        indicators::draw(self, raster, scale);
    }

    fn draw_ground(&self, view: &View, raster: &mut Raster, size: [usize; 2]) {
        let field = self.config.playfield;
        if view.position.iter().all(|at| at.abs() + view.reach < field) {
            raster.start(size, Paint::Grass);
        } else {
            raster.start(size, Paint::Black);
            view.fill(raster, &[[field, field], [field, -field], [-field, -field], [-field, field]], Paint::Grass);
        }
        let square = field / f64::from(SQUARES);
        for x in (-SQUARES..SQUARES).step_by(2).map(|x| square * f64::from(x)) {
            for y in (-SQUARES..SQUARES).step_by(2).map(|y| square * f64::from(y)) {
                if view.may_show([x, y], 1.5 * square) {
                    let corners = [[x + square, y], [x, y], [x, y + square], [x + square, y + square]];
                    view.fill(raster, &corners, Paint::LightGrass);
                }
            }
        }
    }

    fn draw_road(&self, view: &View, raster: &mut Raster) {
        for piece in self.track.pieces.iter().filter(|piece| view.may_show(piece.corners[0], MAX_PIECE)) {
            let paint = match piece.kind {
                PieceKind::Tile(tile) if self.contacts.touched(tile) => Paint::Road,
                PieceKind::Tile(tile) => Paint::of_tile(tile),
                PieceKind::White => Paint::White,
                PieceKind::Red => Paint::Red,
            };
            view.fill(raster, &piece.corners, paint);
        }
    }

    fn draw_car(&self, view: &View, raster: &mut Raster) {
        let [hull, wheels @ ..] = &self.car.bodies;
        for (body, wheel) in wheels.iter().zip(self.car.wheels()) {
            view.fill_points(raster, SHAPES.wheel.vertices().iter().map(|&at| body.frame.apply(at)), Paint::Black);
            if let Some(mark) = wheel_mark(wheel.phase) {
                view.fill_points(raster, mark.into_iter().map(|at| body.frame.apply(at)), Paint::WheelMark);
            }
        }
        for part in &SHAPES.hull {
            view.fill_points(raster, part.vertices().iter().map(|&at| hull.frame.apply(at)), Paint::Hull);
        }
    }
}

/// From the world to samples.
struct View {
    /// Where the camera looks at.
    position: [f64; 2],
    sin: f64,
    cos: f64,
    zoom: f64,
    /// Where the camera's position is in the window, from the lower left.
    offset: [f64; 2],
    window_height: f64,
    /// Samples for a pixel of the window.
    scale: [f64; 2],
    /// How far the window reaches from the camera's position, in units of the world.
    reach: f64,
}

impl View {
    fn new(scene: &Scene, scale: [f64; 2]) -> View {
        let [width, height] = scene.config.window;
        let camera = scene.config.camera;
        let velocity = scene.car.velocity().map(f64::from);
        let angle = if camera.follows_velocity && velocity[0].hypot(velocity[1]) > FOLLOWED_SPEED {
            velocity[0].atan2(velocity[1])
        } else {
            -f64::from(scene.car.angle())
        };
        let zoom =
            if camera.zooms_in { FIRST_ZOOM * (1.0 - scene.time).max(0.0) + ZOOM * scene.time.min(1.0) } else { ZOOM };
        let offset = [width / 2.0, height / 4.0];
        View {
            position: scene.car.position().map(f64::from),
            sin: angle.sin(),
            cos: angle.cos(),
            zoom,
            offset,
            window_height: height,
            scale,
            reach: offset[0].hypot(height - offset[1]) / zoom,
        }
    }

    /// Whether something that begins at a point and is at most so long may be on the image.
    fn may_show(&self, point: [f64; 2], length: f64) -> bool {
        let (x, y) = (point[0] - self.position[0], point[1] - self.position[1]);
        let reach = self.reach + length;
        x * x + y * y < reach * reach
    }

    /// A point of the world in samples, from the upper left.
    fn place(&self, [x, y]: [f64; 2]) -> [f32; 2] {
        let (x, y) = (x - self.position[0], y - self.position[1]);
        let across = (self.cos * x - self.sin * y) * self.zoom + self.offset[0];
        let up = (self.sin * x + self.cos * y) * self.zoom + self.offset[1];
        // pygame truncates to whole pixels of the window.
        let [across, up] = [across, up].map(|at| f64::from(at as i32) + 0.5);
        [(across * self.scale[0]) as f32, ((self.window_height - up) * self.scale[1]) as f32]
    }

    fn fill(&self, raster: &mut Raster, corners: &[[f64; 2]; 4], paint: Paint) {
        raster.fill(&corners.map(|corner| self.place(corner)), self.edge(), paint);
    }

    fn fill_points(&self, raster: &mut Raster, points: impl Iterator<Item = crate::physics::Vec2>, paint: Paint) {
        let mut corners = [[0.0; 2]; 8];
        let mut count = 0;
        for (corner, point) in corners.iter_mut().zip(points) {
            *corner = self.place([f64::from(point.x), f64::from(point.y)]);
            count += 1;
        }
        raster.fill(&corners[..count], self.edge(), paint);
    }

    fn edge(&self) -> [f32; 2] {
        self.scale.map(|scale| (EDGE * scale) as f32)
    }
}
