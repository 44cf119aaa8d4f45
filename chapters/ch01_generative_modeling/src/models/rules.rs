//! The two rules of generative modelling (pp. 30-31), and the points A, B and C that break or satisfy them.

use super::density::Point;
use common::datasets::land::Land;

/// The verdict of the two rules on a sample.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It does not look as if drawn from p_data: it is in the sea. The book's point A.
    BreaksRule1,
    /// It nearly copies an observation. The book's point B.
    BreaksRule2,
    /// It is on land and new. The book's point C.
    Success,
}

/// Applies the rules. A sample within `near` degrees of an observation counts as a copy.
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

/// A sample with its verdict.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Judged {
    /// The point.
    pub point: Point,
    /// The verdict.
    pub verdict: Verdict,
    /// Distance to the nearest observation, in degrees.
    pub distance: f64,
}

/// The clearest sample of each verdict: in the sea or on land as far as possible from all observations, and the closest
/// copy. `None` for a verdict without samples.
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
