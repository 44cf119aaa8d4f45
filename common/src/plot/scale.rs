//! The scale of an axis: from data to positions.

use anyhow::{Result, ensure};

use super::ticks::Ticks;

/// The user's settings of an axis.
#[derive(Clone, Default)]
pub(super) struct Axis {
    pub label: Option<String>,
    pub range: Option<(f64, f64)>,
    pub log: bool,
    pub names: Option<Vec<(f64, String)>>,
}

/// The stretch of numbers that an axis shows; on a logarithmic one its ends are the exponents of ten.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scale {
    pub(super) ends: (f64, f64),
    log: bool,
}

impl Scale {
    /// The set range, or one around the values with a margin of 5 % on each side (none below 0 if they stand on it).
    pub(super) fn around(axis: &Axis, values: impl Iterator<Item = f64>, stands_on_zero: bool) -> Result<Scale> {
        let log = axis.log;
        if let Some((a, b)) = axis.range {
            let finite = a.abs() < HUGE && b.abs() < HUGE;
            let usable = finite && a != b && (!log || a.min(b) > 0.0);
            let from = if log { "above 0, " } else { "" };
            ensure!(usable, "the range {a} .. {b} of an axis must be {from}finite and not empty");
            let ends = if log { (a.log10(), b.log10()) } else { (a, b) };
            return Ok(Scale { ends, log });
        }
        let values = values.filter_map(|v| number(v, log));
        let (lo, hi) = values.fold((f64::INFINITY, f64::NEG_INFINITY), |(lo, hi), v| (lo.min(v), hi.max(v)));
        let ends = if lo > hi {
            (0.0, 1.0)
        } else if hi - lo <= 1e-9 * lo.abs().max(hi.abs()) {
            let around = (0.05 * lo.abs()).max(0.5);
            (lo - around, hi + around)
        } else {
            let margin = 0.05 * (hi - lo);
            let below = if stands_on_zero && lo == 0.0 { 0.0 } else { margin };
            (lo - below, hi + margin)
        };
        Ok(Scale { ends, log })
    }

    /// Where on the axis a value lies, if anywhere.
    pub(super) fn position(self, value: f64) -> Option<f64> {
        number(value, self.log)
    }

    /// The stretch shown and this many times as much on both sides, from low to high.
    pub(super) fn stretch(self, times: f64) -> (f64, f64) {
        let (lo, hi) = (self.ends.0.min(self.ends.1), self.ends.0.max(self.ends.1));
        (lo - times * (hi - lo), hi + times * (hi - lo))
    }

    /// The share of the way from the first end to the last.
    pub(super) fn share(self, position: f64) -> f32 {
        ((position - self.ends.0) / (self.ends.1 - self.ends.0)) as f32
    }

    pub(super) fn ticks(self, axis: &Axis, most: usize) -> Ticks {
        match &axis.names {
            Some(names) => Ticks { labelled: names.clone(), minor: Vec::new() },
            None if self.log => Ticks::log(self.ends, most),
            None => Ticks::linear(self.ends, most),
        }
    }
}

/// Values up to here can be added and subtracted without becoming infinite.
const HUGE: f64 = 1e300;

/// The value as a number that can be placed, its logarithm on a logarithmic axis.
fn number(value: f64, log: bool) -> Option<f64> {
    let value = if log { value.log10() } else { value };
    (value.abs() < HUGE).then_some(value) // neither infinite nor NaN, and sums stay finite
}
