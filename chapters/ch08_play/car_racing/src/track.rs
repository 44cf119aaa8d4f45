use crate::physics::{Polygon, Vec2};
use crate::rng::NumpyRng;
use std::f64::consts::PI;

/// Gymnasium divides all lengths of the track by this.
const SCALE: f64 = 6.0;

/// The radius of the circle that a track is bent from.
const RADIUS: f64 = 900.0 / SCALE;

/// The length of a tile.
const STEP: f64 = 21.0 / SCALE;

/// The largest turn from one tile to the next, in radians.
const TURN_RATE: f64 = 0.31;

/// Half the width of the road.
pub(crate) const HALF_WIDTH: f64 = 40.0 / SCALE;

/// The width of the red and white border on hard turns.
const BORDER: f64 = 8.0 / SCALE;

/// A border needs so many hard turns in a row.
const BORDER_MIN_COUNT: usize = 4;

const CHECKPOINTS: usize = 12;

/// A point of the road's center line.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TrackPoint {
    /// Its angle seen from the origin, in radians.
    pub alpha: f64,
    /// The direction of the road: a car with this angle looks along it.
    pub beta: f64,
    pub x: f64,
    pub y: f64,
}

/// A closed road of about 250 to 350 tiles: Gymnasium's `_create_track`.
#[derive(Debug, Clone, PartialEq)]
pub struct Track {
    points: Vec<TrackPoint>,
    /// What the sensor of each tile covers, and the box around it.
    pub(crate) sensors: Vec<Sensor>,
    /// What is drawn, in this order.
    pub(crate) pieces: Vec<Piece>,
}

/// The area of a tile.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Sensor {
    pub polygon: Polygon,
    pub low: Vec2,
    pub high: Vec2,
}

/// A quadrilateral of the road.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Piece {
    pub corners: [[f64; 2]; 4],
    pub kind: PieceKind,
}

/// What a quadrilateral of the road is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PieceKind {
    /// The tile of this number.
    Tile(usize),
    White,
    Red,
}

impl Track {
    /// Draws tracks until one closes.
    pub fn generate(rng: &mut NumpyRng) -> Track {
        loop {
            if let Some(track) = center_line(rng).and_then(Track::from_points) {
                return track;
            }
        }
    }

    /// The center line, one point a tile. Tile i lies between point i and the point before it, tile 0 between the first
    /// point, where the car starts, and the last one.
    pub fn points(&self) -> &[TrackPoint] {
        &self.points
    }

    /// The number of tiles.
    pub fn tiles(&self) -> usize {
        self.points.len()
    }

    /// Builds the tiles; none if one of them has no area.
    fn from_points(points: Vec<TrackPoint>) -> Option<Track> {
        let borders = borders(&points);
        let mut track = Track { sensors: Vec::new(), pieces: Vec::new(), points };
        for (i, here) in track.points.iter().enumerate() {
            let before = track.points[previous(i, 1, track.points.len())];
            let quadrilateral = |from: f64, to: f64| {
                let across = |point: TrackPoint, distance: f64| {
                    [point.x + distance * point.beta.cos(), point.y + distance * point.beta.sin()]
                };
                [across(*here, from), across(*here, to), across(before, to), across(before, from)]
            };
            let corners = quadrilateral(-HALF_WIDTH, HALF_WIDTH);
            track.sensors.push(Sensor::new(&corners)?);
            track.pieces.push(Piece { corners, kind: PieceKind::Tile(i) });
            if borders[i] {
                let side = sign(before.beta - here.beta);
                let corners = quadrilateral(side * HALF_WIDTH, side * (HALF_WIDTH + BORDER));
                let kind = if i % 2 == 0 { PieceKind::White } else { PieceKind::Red };
                track.pieces.push(Piece { corners, kind });
            }
        }
        Some(track)
    }
}

impl Sensor {
    fn new(corners: &[[f64; 2]; 4]) -> Option<Sensor> {
        let polygon = Polygon::hull(&corners.map(Vec2::from_f64))?;
        let pick = |pick: fn(f32, f32) -> f32| {
            let vertices = polygon.vertices().iter().copied();
            vertices.reduce(|a, b| Vec2::new(pick(a.x, b.x), pick(a.y, b.y)))
        };
        Some(Sensor { polygon, low: pick(f32::min)?, high: pick(f32::max)? })
    }
}

/// The index `back` places before `i` on a closed line of `length` points.
fn previous(i: usize, back: usize, length: usize) -> usize {
    (i + length - back % length) % length
}

/// Angle and place of a point that the road aims at.
struct Checkpoint {
    alpha: f64,
    x: f64,
    y: f64,
}

/// Two numbers a checkpoint are drawn, also for the first and the last, which are then put in their places.
fn checkpoints(rng: &mut NumpyRng) -> [Checkpoint; CHECKPOINTS] {
    std::array::from_fn(|i| {
        let noise = rng.uniform(0.0, 2.0 * PI * 1.0 / CHECKPOINTS as f64);
        let place = 2.0 * PI * i as f64 / CHECKPOINTS as f64;
        let radius = rng.uniform(RADIUS / 3.0, RADIUS);
        let (alpha, radius) = match i {
            0 => (0.0, 1.5 * RADIUS),
            i if i == CHECKPOINTS - 1 => (place, 1.5 * RADIUS),
            _ => (place + noise, radius),
        };
        Checkpoint { alpha, x: radius * alpha.cos(), y: radius * alpha.sin() }
    })
}

/// One try at a closed center line: drives from checkpoint to checkpoint, several laps, and keeps the last whole one.
fn center_line(rng: &mut NumpyRng) -> Option<Vec<TrackPoint>> {
    let checkpoints = checkpoints(rng);
    let line = drive(&checkpoints);
    let lap = last_lap(&line)?;
    let (first, last) = (lap.first()?, lap.last()?);
    let (sin, cos) = first.beta.sin_cos();
    let gap = [cos * (first.x - last.x), sin * (first.y - last.y)];
    let gap = (gap[0] * gap[0] + gap[1] * gap[1]).sqrt();
    (gap <= STEP).then(|| lap.to_vec())
}

/// Drives from checkpoint to checkpoint for more than four laps.
fn drive(checkpoints: &[Checkpoint; CHECKPOINTS]) -> Vec<TrackPoint> {
    const MAX_POINTS: usize = 2500;
    let (mut x, mut y, mut beta) = (1.5 * RADIUS, 0.0_f64, 0.0_f64);
    let mut target = 0;
    let mut laps = 0;
    let mut on_other_side = false;
    let mut points = Vec::with_capacity(MAX_POINTS);
    while laps <= 4 && points.len() < MAX_POINTS {
        let mut alpha = y.atan2(x);
        if on_other_side && alpha > 0.0 {
            laps += 1;
            on_other_side = false;
        }
        if alpha < 0.0 {
            on_other_side = true;
            alpha += 2.0 * PI;
        }
        let goal = next_checkpoint(checkpoints, &mut target, &mut alpha);
        let (right_x, right_y) = (beta.cos(), beta.sin());
        let (forward_x, forward_y) = (-right_y, right_x);
        // How far the goal lies to the right.
        let aside = right_x * (goal.x - x) + right_y * (goal.y - y);
        while beta - alpha > 1.5 * PI {
            beta -= 2.0 * PI;
        }
        while beta - alpha < -1.5 * PI {
            beta += 2.0 * PI;
        }
        let beta_before = beta;
        let aside = aside * SCALE;
        if aside > 0.3 {
            beta -= TURN_RATE.min((0.001 * aside).abs());
        }
        if aside < -0.3 {
            beta += TURN_RATE.min((0.001 * aside).abs());
        }
        x += forward_x * STEP;
        y += forward_y * STEP;
        points.push(TrackPoint { alpha, beta: beta_before * 0.5 + beta * 0.5, x, y });
    }
    points
}

/// The next checkpoint at or beyond an angle. Where a lap ends, the angle loses a full turn.
fn next_checkpoint<'a>(checkpoints: &'a [Checkpoint], target: &mut usize, alpha: &mut f64) -> &'a Checkpoint {
    loop {
        loop {
            let checkpoint = &checkpoints[*target % CHECKPOINTS];
            if *alpha <= checkpoint.alpha {
                return checkpoint;
            }
            *target += 1;
            if target.is_multiple_of(CHECKPOINTS) {
                break;
            }
        }
        *alpha -= 2.0 * PI;
    }
}

/// The points between the last two passes of the start.
fn last_lap(line: &[TrackPoint]) -> Option<&[TrackPoint]> {
    let start = 2.0 * PI * -0.5 / CHECKPOINTS as f64;
    let passes = |&i: &usize| line[i].alpha > start && line[i - 1].alpha <= start;
    let mut passes = (1..line.len()).rev().filter(passes);
    let (end, begin) = (passes.next()?, passes.next()?);
    Some(&line[begin..end - 1])
}

/// Which tiles have a border: those of at least four hard turns to one side in a row.
fn borders(points: &[TrackPoint]) -> Vec<bool> {
    let length = points.len();
    let turn = |i: usize| points[i].beta - points[previous(i, 1, length)].beta;
    let mut border: Vec<bool> = (0..length)
        .map(|i| {
            let turns: [f64; BORDER_MIN_COUNT] = std::array::from_fn(|back| turn(previous(i, back, length)));
            let hard = turns.iter().all(|turn| turn.abs() > TURN_RATE * 0.2);
            hard && turns.iter().map(|&turn| sign(turn)).sum::<f64>().abs() == BORDER_MIN_COUNT as f64
        })
        .collect();
    // In place, as in Gymnasium: a border at the start goes on to the tiles before it at the end.
    for i in 0..length {
        for back in 0..BORDER_MIN_COUNT {
            border[previous(i, back, length)] |= border[i];
        }
    }
    border
}

/// -1, 0 or 1.
fn sign(value: f64) -> f64 {
    if value == 0.0 { 0.0 } else { value.signum() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tracks_have_as_many_tiles_as_those_of_gymnasium() {
        for (seed, tiles) in [(1, 275), (2, 335), (3, 271), (42, 283)] {
            assert_eq!(Track::generate(&mut NumpyRng::new(seed)).tiles(), tiles, "seed {seed}");
        }
    }

    #[test]
    fn a_track_is_closed_and_goes_round_once() {
        let track = Track::generate(&mut NumpyRng::new(5));
        let points = track.points();
        for (i, point) in points.iter().enumerate() {
            let before = points[previous(i, 1, points.len())];
            let distance = (point.x - before.x).hypot(point.y - before.y);
            assert!(distance < 2.5 * STEP, "{i}: {distance}");
        }
        let turn = |i: usize| points[i].beta - points[previous(i, 1, points.len())].beta;
        let turns: f64 = (0..points.len()).map(|i| (turn(i) + PI).rem_euclid(2.0 * PI) - PI).sum();
        assert!((turns - 2.0 * PI).abs() < 1e-9, "{turns}");
    }

    #[test]
    fn hard_turns_have_borders_of_both_colors() {
        let track = Track::generate(&mut NumpyRng::new(42));
        let count = |kind| track.pieces.iter().filter(|piece| piece.kind == kind).count();
        assert!(count(PieceKind::White) > 3 && count(PieceKind::Red) > 3);
        assert_eq!(track.pieces.len() - count(PieceKind::White) - count(PieceKind::Red), track.tiles());
    }
}
