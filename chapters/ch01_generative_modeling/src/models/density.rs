//! The framework of generative modelling for points (pp. 29-33): a model has a density and samples.

use common::datasets::land::Land;
use rand::RngExt;
use rand_chacha::ChaCha8Rng;

/// A point on the map: x1 (longitude) and x2 (latitude), in degrees.
pub type Point = [f64; 2];

/// A probability distribution of points.
pub trait Density {
    /// Logarithm of the density at a point, per square degree: negative infinity outside the model's support.
    fn log_density(&self, point: Point) -> f64;

    /// Samples a point.
    fn sample(&self, random: &mut ChaCha8Rng) -> Point;

    /// Logarithm of the likelihood of all points: the sum of their log-densities (p. 32).
    fn log_likelihood(&self, points: &[Point]) -> f64 {
        points.iter().map(|&point| self.log_density(point)).sum()
    }

    /// Samples many points.
    fn samples(&self, n: usize, random: &mut ChaCha8Rng) -> Vec<Point> {
        (0..n).map(|_| self.sample(random)).collect()
    }
}

/// The uniform distribution on an axis-aligned rectangle: the book's first model.
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

    /// The maximum-likelihood estimate: the smallest rectangle that contains all points; `None` without points.
    pub fn around(points: &[Point]) -> Option<Rectangle> {
        let (&first, rest) = points.split_first()?;
        let grow = |Rectangle { low, high }: Rectangle, p: &Point| Rectangle {
            low: [low[0].min(p[0]), low[1].min(p[1])],
            high: [high[0].max(p[0]), high[1].max(p[1])],
        };
        Some(rest.iter().fold(Rectangle { low: first, high: first }, grow))
    }

    /// The rectangle with the same centre and sides scaled by `factor`.
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

    /// Area in square degrees.
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

/// The truth p_data, which the book shows last: uniform over the land (figure 1.6).
#[derive(Debug, Clone, Copy)]
pub struct OverLand<'a>(pub &'a Land);

impl Density for OverLand<'_> {
    fn log_density(&self, point: Point) -> f64 {
        if self.0.contains(point) { -self.0.area().ln() } else { f64::NEG_INFINITY }
    }

    /// Rejection sampling: samples the map until a point is on land.
    fn sample(&self, random: &mut ChaCha8Rng) -> Point {
        loop {
            let point = Rectangle::MAP.sample(random);
            if self.0.contains(point) {
                return point;
            }
        }
    }
}
