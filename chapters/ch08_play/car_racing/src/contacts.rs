use crate::car::{Car, SHAPES};
use crate::physics::gjk::{Placed, touches};
use crate::physics::{Polygon, Rot, Transform, Vec2};
use crate::track::Track;

/// Tiles farther away than this are left out: more than the 0.02 at which Box2D's sensors begin to touch.
const MARGIN: f32 = 0.05;

/// What the car touches, and what it has touched.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Contacts {
    /// For each tile, the wheels that touch it: bit i is wheel i.
    wheels: Vec<u8>,
    /// Whether a wheel has touched the tile.
    visited: Vec<bool>,
    /// Whether any part of the car has touched the tile.
    touched: Vec<bool>,
    /// The tiles that wheels touch.
    current: Vec<usize>,
}

/// What an update finds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Changes {
    /// Which wheels touch the road.
    pub on_road: [bool; 4],
    /// The number of tiles visited for the first time.
    pub visits: usize,
    /// Whether tile 0 is one of them.
    pub start_visited: bool,
    /// Whether a wheel came onto tile 0.
    pub start_entered: bool,
}

/// A part of the car in the world.
struct Part {
    placed: Placed<'static>,
    low: Vec2,
    high: Vec2,
}

impl Contacts {
    /// No contact with any tile of the track.
    pub fn new(track: &Track) -> Contacts {
        let tiles = track.tiles();
        Contacts {
            wheels: vec![0; tiles],
            visited: vec![false; tiles],
            touched: vec![false; tiles],
            current: Vec::new(),
        }
    }

    /// Whether any part of the car has touched a tile. Its color shows it for the rest of the episode.
    pub fn touched(&self, tile: usize) -> bool {
        self.touched[tile]
    }

    /// Finds what the car touches where it is now.
    pub fn update(&mut self, track: &Track, car: &Car) -> Changes {
        let wheels: [Part; 4] = std::array::from_fn(|i| Part::new(&SHAPES.wheel, car.bodies[i + 1].frame));
        let hull = SHAPES.hull.each_ref().map(|polygon| Part::new(polygon, car.bodies[0].frame));
        let around = wheels.iter().chain(&hull).fold(None, |around: Option<(Vec2, Vec2)>, part| {
            let (low, high) = around.unwrap_or((part.low, part.high));
            Some((minimum(low, part.low), maximum(high, part.high)))
        });
        let (low, high) = around.unwrap_or_default();

        let before: Vec<(usize, u8)> = self.current.drain(..).map(|tile| (tile, self.wheels[tile])).collect();
        for &(tile, _) in &before {
            self.wheels[tile] = 0;
        }
        let mut changes = Changes::default();
        for (tile, sensor) in track.sensors.iter().enumerate() {
            if !overlaps((low, high), (sensor.low, sensor.high)) {
                continue;
            }
            let touches = |part: &Part| part.touches(&sensor.polygon, (sensor.low, sensor.high));
            let on_tile = (0..4).filter(|&i| touches(&wheels[i])).fold(0, |bits, i| bits | 1 << i);
            if on_tile != 0 {
                let was_on_tile = before.iter().find(|(other, _)| *other == tile).map_or(0, |(_, bits)| *bits);
                changes.start_entered |= tile == 0 && on_tile & !was_on_tile != 0;
                self.wheels[tile] = on_tile;
                self.current.push(tile);
                if !self.visited[tile] {
                    self.visited[tile] = true;
                    changes.visits += 1;
                    changes.start_visited |= tile == 0;
                }
            }
            self.touched[tile] = self.touched[tile] || on_tile != 0 || hull.iter().any(touches);
        }
        let on_road = self.current.iter().fold(0, |bits, &tile| bits | self.wheels[tile]);
        changes.on_road = std::array::from_fn(|i| on_road & 1 << i != 0);
        changes
    }
}

/// The frame of a tile: its corners are world coordinates.
const FIXED: Transform = Transform { position: Vec2::ZERO, rotation: Rot { sin: 0.0, cos: 1.0 } };

impl Part {
    fn new(polygon: &'static Polygon, frame: Transform) -> Part {
        let corners = || polygon.vertices().iter().map(|&vertex| frame.apply(vertex));
        Part {
            placed: Placed { polygon, frame },
            low: corners().reduce(minimum).unwrap_or_default(),
            high: corners().reduce(maximum).unwrap_or_default(),
        }
    }

    fn touches(&self, tile: &Polygon, tile_box: (Vec2, Vec2)) -> bool {
        overlaps((self.low, self.high), tile_box) && touches(Placed { polygon: tile, frame: FIXED }, self.placed)
    }
}

fn minimum(a: Vec2, b: Vec2) -> Vec2 {
    Vec2::new(a.x.min(b.x), a.y.min(b.y))
}

fn maximum(a: Vec2, b: Vec2) -> Vec2 {
    Vec2::new(a.x.max(b.x), a.y.max(b.y))
}

/// Whether two boxes, each from its lower to its higher corner, are nearer than the margin.
fn overlaps(a: (Vec2, Vec2), b: (Vec2, Vec2)) -> bool {
    let near = |a_low: f32, a_high: f32, b_low: f32, b_high: f32| a_low < b_high + MARGIN && b_low < a_high + MARGIN;
    near(a.0.x, a.1.x, b.0.x, b.1.x) && near(a.0.y, a.1.y, b.0.y, b.1.y)
}
