//! The distance of two convex polygons by the algorithm of Gilbert, Johnson and Keerthi, as Box2D's `b2Distance.cpp` has it.
//!
//! It looks for the point nearest to the origin in the set of all differences of a point of one polygon and a point of the
//! other, through a simplex of up to three corners of that set.

use super::math::{Transform, Vec2};
use super::polygon::Polygon;

/// Box2D's polygons have a skin of this width.
const SKIN: f32 = 2.0 * super::LINEAR_SLOP;

/// Two polygons touch if their skins are nearer than this.
const TOUCHING: f32 = 10.0 * f32::EPSILON;

const MAX_ITERATIONS: usize = 20;

/// A polygon in the world.
#[derive(Debug, Clone, Copy)]
pub struct Placed<'a> {
    /// The polygon in its body's frame.
    pub polygon: &'a Polygon,
    /// The body's frame.
    pub frame: Transform,
}

impl Placed<'_> {
    fn support(&self, direction: Vec2) -> usize {
        self.polygon.support(self.frame.rotation.apply_inverse(direction))
    }

    fn vertex(&self, index: usize) -> Vec2 {
        self.frame.apply(self.polygon.vertices()[index])
    }
}

/// Whether two polygons are nearer than 0.02, the width of their skins: what a sensor of Box2D calls touching
/// (`b2TestOverlap`).
pub fn touches(a: Placed, b: Placed) -> bool {
    let distance = distance(a, b);
    let without_skins = if distance > 2.0 * SKIN { distance - 2.0 * SKIN } else { 0.0 };
    without_skins < TOUCHING
}

/// The distance of two polygons without their skins; 0 if they overlap.
fn distance(a: Placed, b: Placed) -> f32 {
    let mut simplex = Simplex::new(Corner::new(a, 0, b, 0));
    for _ in 0..MAX_ITERATIONS {
        let before = simplex;
        simplex.reduce();
        if simplex.count == 3 {
            return 0.0;
        }
        let direction = simplex.search_direction();
        if direction.dot(direction) < f32::EPSILON * f32::EPSILON {
            break;
        }
        let corner = Corner::new(a, a.support(-direction), b, b.support(direction));
        if before.contains(&corner) {
            break;
        }
        simplex.corners[simplex.count] = corner;
        simplex.count += 1;
    }
    simplex.witness_distance()
}

/// A corner of the set of differences: a corner of each polygon.
#[derive(Debug, Clone, Copy)]
struct Corner {
    index_a: usize,
    index_b: usize,
    point_a: Vec2,
    point_b: Vec2,
    /// From the point of a to the point of b.
    difference: Vec2,
    /// Its part in the point nearest to the origin.
    weight: f32,
}

impl Corner {
    fn new(a: Placed, index_a: usize, b: Placed, index_b: usize) -> Corner {
        let (point_a, point_b) = (a.vertex(index_a), b.vertex(index_b));
        Corner { index_a, index_b, point_a, point_b, difference: point_b - point_a, weight: 1.0 }
    }
}

/// Up to three corners.
#[derive(Debug, Clone, Copy)]
struct Simplex {
    corners: [Corner; 3],
    count: usize,
}

impl Simplex {
    fn new(corner: Corner) -> Simplex {
        Simplex { corners: [corner; 3], count: 1 }
    }

    fn contains(&self, corner: &Corner) -> bool {
        let same = |other: &Corner| other.index_a == corner.index_a && other.index_b == corner.index_b;
        self.corners[..self.count].iter().any(same)
    }

    /// Keeps the corners that the point nearest to the origin depends on, with their weights.
    fn reduce(&mut self) {
        match self.count {
            2 => self.reduce_segment(),
            3 => self.reduce_triangle(),
            _ => {}
        }
    }

    /// Keeps these corners.
    fn keep<const N: usize>(&mut self, kept: [(usize, f32); N]) {
        let corners = self.corners;
        for (slot, (index, weight)) in kept.into_iter().enumerate() {
            self.corners[slot] = Corner { weight, ..corners[index] };
        }
        self.count = N;
    }

    fn reduce_segment(&mut self) {
        let [w1, w2] = [0, 1].map(|i| self.corners[i].difference);
        let edge = Edge::new(w1, w2);
        if edge.second <= 0.0 {
            self.keep([(0, 1.0)]);
        } else if edge.first <= 0.0 {
            self.keep([(1, 1.0)]);
        } else {
            let [first, second] = edge.weights();
            self.keep([(0, first), (1, second)]);
        }
    }

    /// The regions of Box2D's `b2Simplex::Solve3`, in its order.
    fn reduce_triangle(&mut self) {
        let [w1, w2, w3] = self.corners.map(|corner| corner.difference);
        let (e12, e13, e23) = (Edge::new(w1, w2), Edge::new(w1, w3), Edge::new(w2, w3));
        let area = (w2 - w1).cross(w3 - w1);
        let inside = [area * w2.cross(w3), area * w3.cross(w1), area * w1.cross(w2)];
        if e12.second <= 0.0 && e13.second <= 0.0 {
            self.keep([(0, 1.0)]);
        } else if e12.inside() && inside[2] <= 0.0 {
            let [first, second] = e12.weights();
            self.keep([(0, first), (1, second)]);
        } else if e13.inside() && inside[1] <= 0.0 {
            let [first, second] = e13.weights();
            self.keep([(0, first), (2, second)]);
        } else if e12.first <= 0.0 && e23.second <= 0.0 {
            self.keep([(1, 1.0)]);
        } else if e13.first <= 0.0 && e23.first <= 0.0 {
            self.keep([(2, 1.0)]);
        } else if e23.inside() && inside[0] <= 0.0 {
            // Box2D moves the third corner to the first place.
            let [first, second] = e23.weights();
            self.keep([(2, second), (1, first)]);
        }
    }

    /// The direction from the simplex to the origin.
    fn search_direction(&self) -> Vec2 {
        let first = self.corners[0].difference;
        if self.count == 1 {
            return -first;
        }
        let edge = self.corners[1].difference - first;
        if edge.cross(-first) > 0.0 { Vec2::scalar_cross(1.0, edge) } else { edge.cross_scalar(1.0) }
    }

    /// How far the points of the two polygons lie apart that make the point nearest to the origin.
    fn witness_distance(&self) -> f32 {
        let [first, second, _] = self.corners;
        let (point_a, point_b) = match self.count {
            1 => (first.point_a, first.point_b),
            2 => {
                let between = |p: Vec2, q: Vec2| first.weight * p + second.weight * q;
                (between(first.point_a, second.point_a), between(first.point_b, second.point_b))
            }
            _ => return 0.0,
        };
        (point_a - point_b).length()
    }
}

/// An edge between two corners: where the origin lies along it, without division.
struct Edge {
    /// Positive if the origin lies before the second corner.
    first: f32,
    /// Positive if the origin lies beyond the first corner.
    second: f32,
}

impl Edge {
    fn new(from: Vec2, to: Vec2) -> Edge {
        let along = to - from;
        Edge { first: to.dot(along), second: -from.dot(along) }
    }

    fn inside(&self) -> bool {
        self.first > 0.0 && self.second > 0.0
    }

    fn weights(&self) -> [f32; 2] {
        let inverse = 1.0 / (self.first + self.second);
        [self.first * inverse, self.second * inverse]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::physics::math::Rot;

    fn square() -> Polygon {
        let corners = [(1.0, 1.0), (1.0, -1.0), (-1.0, 1.0), (-1.0, -1.0)];
        Polygon::hull(&corners.map(|(x, y)| Vec2::new(x, y))).unwrap()
    }

    fn at(polygon: &Polygon, x: f32, y: f32, angle: f32) -> Placed<'_> {
        Placed { polygon, frame: Transform { position: Vec2::new(x, y), rotation: Rot::new(angle) } }
    }

    #[test]
    fn distances_are_those_of_geometry() {
        let square = square();
        let corner = 2_f32.sqrt();
        let pairs = [
            (at(&square, 5.0, 0.0, 0.0), 3.0),
            (at(&square, 0.0, -4.0, 0.0), 2.0),
            (at(&square, 5.0, 6.0, 0.0), 5.0),
            (at(&square, 5.0, 0.0, std::f32::consts::FRAC_PI_4), 4.0 - corner),
            (at(&square, 1.5, 1.5, 0.3), 0.0),
            (at(&square, 0.0, 0.0, 0.0), 0.0),
        ];
        for (other, expected) in pairs {
            let found = distance(at(&square, 0.0, 0.0, 0.0), other);
            assert!((found - expected).abs() < 1e-5, "{other:?}: {found}, not {expected}");
            // The order does not matter: a rounding error has the same size on both sides of zero.
            assert_eq!(found, distance(other, at(&square, 0.0, 0.0, 0.0)));
        }
    }

    #[test]
    fn skins_touch_at_two_hundredths() {
        let square = square();
        let touch = |x| touches(at(&square, 0.0, 0.0, 0.0), at(&square, x, 0.3, 0.0));
        assert!(touch(2.0) && touch(2.019));
        assert!(!touch(2.021) && !touch(9.0));
    }
}
