//! An axis in plotters' terms: a straight scale with ticks and labels of our choice.

use std::ops::Range;

use plotters::coord::ranged1d::{KeyPointHint, NoDefaultFormatting, Ranged, ValueFormatter};

use super::ticks::Ticks;

/// A stretch of numbers with its labelled ticks.
#[derive(Clone)]
pub(super) struct Ruler {
    pub ends: (f64, f64),
    pub ticks: Ticks,
}

impl Ranged for Ruler {
    type ValueType = f64;
    type FormatOption = NoDefaultFormatting;

    fn map(&self, value: &f64, limit: (i32, i32)) -> i32 {
        let share = (value - self.ends.0) / (self.ends.1 - self.ends.0);
        limit.0 + (share * f64::from(limit.1 - limit.0)).round() as i32
    }

    fn key_points<Hint: KeyPointHint>(&self, hint: Hint) -> Vec<f64> {
        // Plotters asks twice, for the ticks and for lighter lines between them, of which there are none.
        match hint.weight().allow_light_points() {
            true => Vec::new(),
            false => self.ticks.labelled.iter().map(|(at, _)| *at).collect(),
        }
    }

    fn range(&self) -> Range<f64> {
        self.ends.0..self.ends.1
    }
}

impl ValueFormatter<f64> for Ruler {
    fn format_ext(&self, value: &f64) -> String {
        let tick = self.ticks.labelled.iter().find(|(at, _)| at == value);
        tick.map(|(_, label)| label.clone()).unwrap_or_default()
    }
}
