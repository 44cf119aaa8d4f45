//! What the framework of generative modelling asks of a model of points (pp. 29-33): a density to be fitted by, and
//! samples.

use common::datasets::land::Land;
use rand::RngExt;
use rand_chacha::ChaCha8Rng;

/// A point on the map: x1 (longitude) and x2 (latitude), in degrees.
pub type Point = [f64; 2];

/// A probability distribution of points.
pub trait Density {
    /// Logarithm of the density at a point, per square degree: negative infinity where the model says "impossible".
    fn log_density(&self, point: Point) -> f64;

    /// Draws a point.
    fn sample(&self, random: &mut ChaCha8Rng) -> Point;

    /// Logarithm of the likelihood of all points: the sum of their log-densities (p. 32).
    fn log_likelihood(&self, points: &[Point]) -> f64 {
        points.iter().map(|&point| self.log_density(point)).sum()
    }

    /// Draws many points.
    fn samples(&self, n: usize, random: &mut ChaCha8Rng) -> Vec<Point> {
        (0..n).map(|_| self.sample(random)).collect()
    }
}

/// An axis-aligned rectangle with the same density everywhere inside, and 0 outside: the book's first model.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rectangle {
    /// The lower left corner: the parameters t1 and t2.
    pub low: Point,
    /// The upper right corner: t3 and t4.
    pub high: Point,
}

impl Rectangle {
    /// The whole map.
    pub const MAP: Rectangle = Rectangle { low: [-180.0, -90.0], high: [180.0, 90.0] };

    /// The maximum-likelihood estimate: the smallest rectangle that holds all points. `None` without points.
    pub fn around(points: &[Point]) -> Option<Rectangle> {
        let (&first, rest) = points.split_first()?;
        let grow = |Rectangle { low, high }: Rectangle, p: &Point| Rectangle {
            low: [low[0].min(p[0]), low[1].min(p[1])],
            high: [high[0].max(p[0]), high[1].max(p[1])],
        };
        Some(rest.iter().fold(Rectangle { low: first, high: first }, grow))
    }

    /// The rectangle with the same centre and sides this many times as long.
    pub fn scaled(&self, times: f64) -> Rectangle {
        let end = |axis: usize, sign: f64| {
            let (low, high) = (self.low[axis], self.high[axis]);
            (low + high) / 2.0 + sign * times * (high - low) / 2.0
        };
        Rectangle { low: [end(0, -1.0), end(1, -1.0)], high: [end(0, 1.0), end(1, 1.0)] }
    }

    /// Whether the point lies inside or on the edge.
    pub fn contains(&self, point: Point) -> bool {
        (0..2).all(|axis| (self.low[axis]..=self.high[axis]).contains(&point[axis]))
    }

    /// Square degrees.
    pub fn area(&self) -> f64 {
        (self.high[0] - self.low[0]) * (self.high[1] - self.low[1])
    }
}

impl Density for Rectangle {
    fn log_density(&self, point: Point) -> f64 {
        if self.contains(point) { -self.area().ln() } else { f64::NEG_INFINITY }
    }

    fn sample(&self, random: &mut ChaCha8Rng) -> Point {
        [0, 1].map(|axis| self.low[axis] + (self.high[axis] - self.low[axis]) * random.random::<f64>())
    }
}

/// The truth, p_data, which the book shows only at the end: the same density everywhere on land (figure 1.6).
#[derive(Debug, Clone, Copy)]
pub struct OverLand<'a>(pub &'a Land);

impl Density for OverLand<'_> {
    fn log_density(&self, point: Point) -> f64 {
        if self.0.contains(point) { -self.0.area().ln() } else { f64::NEG_INFINITY }
    }

    /// Throws darts at the map until one hits land.
    fn sample(&self, random: &mut ChaCha8Rng) -> Point {
        loop {
            let point = Rectangle::MAP.sample(random);
            if self.0.contains(point) {
                return point;
            }
        }
    }
}
