//! Beyond the book: a mixture of rectangles. A rectangle that fits poorly is cut in two.
//!
//! This is a density estimation tree: Ram and Gray, "Density Estimation Trees", 2011.

use super::density::{Density, Point, Rectangle};
use rand::RngExt;
use rand_chacha::ChaCha8Rng;

/// Rectangles with weights that sum to one; the density is their weighted sum.
#[derive(Debug, Clone)]
pub struct Mixture {
    /// Logarithm of the weight, and the rectangle.
    pub components: Vec<(f64, Rectangle)>,
}

impl Density for Mixture {
    /// The sum over the rectangles in log space: products of densities and weights may underflow.
    fn log_density(&self, point: Point) -> f64 {
        let terms: Vec<f64> =
            self.components.iter().map(|(log_weight, rectangle)| log_weight + rectangle.log_density(point)).collect();
        log_sum_exp(&terms)
    }

    fn sample(&self, random: &mut ChaCha8Rng) -> Point {
        let mut left: f64 = random.random();
        let chosen = self.components.iter().find(|(log_weight, _)| {
            left -= log_weight.exp();
            left < 0.0
        });
        // Rounding may leave a value above the sum of all weights.
        let (_, rectangle) = chosen.or(self.components.last()).expect("a mixture has at least one rectangle");
        rectangle.sample(random)
    }
}

/// log(exp(a) + exp(b) + ...), without leaving log space.
pub fn log_sum_exp(terms: &[f64]) -> f64 {
    let largest = terms.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    if largest == f64::NEG_INFINITY {
        return largest; // all are impossible
    }
    largest + terms.iter().map(|term| (term - largest).exp()).sum::<f64>().ln()
}

/// Cuts the map greedily into rectangles, always where the likelihood of the points rises most. Returns the mixtures of
/// 1 to `most` rectangles.
///
/// Cuts lie on multiples of `grid` degrees: arbitrary cuts could enclose a single point with infinite density. Weights
/// are smoothed as the book smooths outfits (p. 41), (n + 1) / (N + k), so every place on the map has a positive
/// density.
pub fn grow(points: &[Point], most: usize, grid: f64) -> Vec<Mixture> {
    let mut tiles = vec![Tile::new(Rectangle::MAP, points.to_vec(), grid)];
    let mut mixtures = vec![mixture(&tiles, points.len())];
    while mixtures.len() < most {
        let gain = |tile: &Tile| tile.best.map_or(f64::NEG_INFINITY, |cut| cut.gain);
        let best = (0..tiles.len()).max_by(|&a, &b| gain(&tiles[a]).total_cmp(&gain(&tiles[b])));
        let Some((i, cut)) = best.and_then(|i| Some((i, tiles[i].best?))) else { break };
        let (low, high) = tiles.swap_remove(i).split(cut, grid);
        tiles.extend([low, high]);
        mixtures.push(mixture(&tiles, points.len()));
    }
    mixtures
}

fn mixture(tiles: &[Tile], points: usize) -> Mixture {
    let all = (points + tiles.len()) as f64;
    let component = |tile: &Tile| (((tile.points.len() + 1) as f64 / all).ln(), tile.rectangle);
    Mixture { components: tiles.iter().map(component).collect() }
}

/// A rectangle of the map with the points in it.
struct Tile {
    rectangle: Rectangle,
    points: Vec<Point>,
    /// The best cut; `None` if it is too small or no cut raises the likelihood.
    best: Option<Cut>,
}

#[derive(Debug, Clone, Copy)]
struct Cut {
    axis: usize,
    at: f64,
    /// Increase of the log-likelihood of the tile's points.
    gain: f64,
}

impl Tile {
    fn new(rectangle: Rectangle, points: Vec<Point>, grid: f64) -> Tile {
        let cuts = [0, 1].into_iter().flat_map(|axis| cuts(&rectangle, &points, axis, grid));
        let best = cuts.max_by(|a, b| a.gain.total_cmp(&b.gain)).filter(|cut| cut.gain > 1e-9);
        Tile { rectangle, points, best }
    }

    fn split(self, cut: Cut, grid: f64) -> (Tile, Tile) {
        let (below, above) = self.points.into_iter().partition(|point| point[cut.axis] < cut.at);
        let (mut low, mut high) = (self.rectangle, self.rectangle);
        low.high[cut.axis] = cut.at;
        high.low[cut.axis] = cut.at;
        (Tile::new(low, below, grid), Tile::new(high, above, grid))
    }
}

/// All cuts across one axis, with their gains.
fn cuts(rectangle: &Rectangle, points: &[Point], axis: usize, grid: f64) -> Vec<Cut> {
    let mut sorted: Vec<f64> = points.iter().map(|point| point[axis]).collect();
    sorted.sort_by(f64::total_cmp);
    let (low, high) = (rectangle.low[axis], rectangle.high[axis]);
    // Log-likelihood of n points in a share of the tile's area, against the same points all over the tile.
    let n = points.len() as f64;
    let gain = |inside: f64, share: f64| if inside > 0.0 { inside * (inside / n / share).ln() } else { 0.0 };
    let cut = |at: f64| {
        let (below, share) = (sorted.partition_point(|&x| x < at) as f64, (at - low) / (high - low));
        Cut { axis, at, gain: gain(below, share) + gain(n - below, 1.0 - share) }
    };
    let (first, last) = ((low / grid).floor() as i64 + 1, (high / grid).ceil() as i64 - 1);
    (first..=last).map(|i| cut(i as f64 * grid)).collect()
}

/// Mixtures of 1, 2, ... rectangles with their log-likelihoods of fitted and held-out points.
#[derive(Debug)]
pub struct Curve {
    /// The mixtures.
    pub mixtures: Vec<Mixture>,
    /// Number of fitted and of held-out points.
    pub points: [usize; 2],
    /// Mean log-likelihood per fitted point.
    pub fitted: Vec<f64>,
    /// Mean log-likelihood per held-out point.
    pub held_out: Vec<f64>,
}

impl Curve {
    /// Fits mixtures of up to `most` rectangles with cuts on multiples of `grid` degrees, and evaluates them on
    /// held-out points.
    pub fn new(points: &[Point], others: &[Point], rectangles: usize, grid: f64) -> Curve {
        let mixtures = grow(points, rectangles, grid);
        let mean = |points: &[Point]| {
            mixtures.iter().map(|mixture| mixture.log_likelihood(points) / points.len() as f64).collect()
        };
        Curve { fitted: mean(points), held_out: mean(others), mixtures, points: [points.len(), others.len()] }
    }

    /// The mixture with the highest held-out likelihood.
    pub fn best(&self) -> &Mixture {
        let best = (0..self.held_out.len()).max_by(|&a, &b| self.held_out[a].total_cmp(&self.held_out[b]));
        &self.mixtures[best.unwrap_or(0)]
    }
}
