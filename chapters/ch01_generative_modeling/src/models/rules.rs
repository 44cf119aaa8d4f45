//! The two rules of generative modelling (pp. 30-31), and the points A, B and C that break or keep them.

use super::density::Point;
use common::datasets::land::Land;

/// What the two rules say of a generated point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It does not look as if drawn from p_data: it lies in the sea. The book's point A.
    BreaksRule1,
    /// It looks right, but is a copy of an observation, or nearly so. The book's point B.
    BreaksRule2,
    /// It looks right and is new. The book's point C.
    Success,
}

/// Applies the rules. `near` is how close to an observation counts as a copy, in degrees.
pub fn judge(point: Point, land: &Land, observations: &[Point], near: f64) -> Verdict {
    match (land.contains(point), nearest(point, observations)) {
        (false, _) => Verdict::BreaksRule1,
        (true, distance) if distance <= near => Verdict::BreaksRule2,
        (true, _) => Verdict::Success,
    }
}

/// Distance to the nearest observation, in degrees on the flat map.
pub fn nearest(point: Point, observations: &[Point]) -> f64 {
    let distance = |other: &Point| (point[0] - other[0]).hypot(point[1] - other[1]);
    observations.iter().map(distance).fold(f64::INFINITY, f64::min)
}

/// A generated point with its verdict.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Judged {
    /// The point.
    pub point: Point,
    /// What the rules say of it.
    pub verdict: Verdict,
    /// Degrees to the nearest observation.
    pub distance: f64,
}

/// The clearest example of each verdict among generated points: in the sea or on land as far as possible from all
/// observations, and the nearest copy. `None` for a verdict that no point gets.
pub fn clearest(samples: &[Point], land: &Land, observations: &[Point], near: f64) -> [Option<Judged>; 3] {
    let judged: Vec<Judged> = samples
        .iter()
        .map(|&point| Judged {
            point,
            verdict: judge(point, land, observations, near),
            distance: nearest(point, observations),
        })
        .collect();
    [Verdict::BreaksRule1, Verdict::BreaksRule2, Verdict::Success].map(|verdict| {
        let of_this = judged.iter().filter(|judged| judged.verdict == verdict);
        let clearness = |judged: &&Judged| match verdict {
            Verdict::BreaksRule2 => -judged.distance,
            _ => judged.distance,
        };
        of_this.max_by(|a, b| clearness(a).total_cmp(&clearness(b))).copied()
    })
}
