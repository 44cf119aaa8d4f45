//! Medians and quartiles.

use serde::Serialize;

/// A summary of times in milliseconds.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Summary {
    pub median_ms: f64,
    pub lower_quartile_ms: f64,
    pub upper_quartile_ms: f64,
    /// Number of timed steps.
    pub steps: usize,
    pub round_medians_ms: Vec<f64>,
}

/// Summarizes all steps of all rounds.
pub fn summary(rounds: &[Vec<f64>]) -> Summary {
    let all = rounds.concat();
    Summary {
        median_ms: median(&all),
        lower_quartile_ms: quantile(&all, 0.25),
        upper_quartile_ms: quantile(&all, 0.75),
        steps: all.len(),
        round_medians_ms: rounds.iter().map(|round| median(round)).collect(),
    }
}

/// The median; NaN without values.
pub fn median(values: &[f64]) -> f64 {
    quantile(values, 0.5)
}

/// The quantile `at` (0 to 1) of the values, linearly interpolated; NaN without values.
pub fn quantile(values: &[f64], at: f64) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let Some(last) = sorted.len().checked_sub(1) else {
        return f64::NAN;
    };
    let position = at.clamp(0.0, 1.0) * last as f64;
    let (below, above) = (sorted[position.floor() as usize], sorted[position.ceil() as usize]);
    below + (above - below) * position.fract()
}
