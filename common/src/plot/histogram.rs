//! Histograms.

use anyhow::{Result, ensure};
use plotters::element::Rectangle;

use super::color::Color;
use super::ink::filled;
use super::mark::{Key, Mark, Plane, Sample};

/// Largest number of bins; more would be thinner than a pixel.
const MOST_BINS: usize = 100_000;

/// Bars over equally wide bins, without NaN and infinite values.
pub struct Histogram {
    values: Vec<f64>,
    bins: usize,
    range: Option<(f64, f64)>,
    density: bool,
    color: Option<Color>,
    alpha: f32,
    label: String,
}

impl Histogram {
    /// Counts of values, in 10 bins by default.
    pub fn new<T: Into<f64>>(values: impl IntoIterator<Item = T>) -> Histogram {
        let values = values.into_iter().map(Into::into);
        Histogram {
            values: values.filter(|v: &f64| v.abs() < 1e300).collect(),
            bins: 10,
            range: None,
            density: false,
            color: None,
            alpha: 1.0,
            label: String::new(),
        }
    }

    /// Number of bins.
    pub fn bins(mut self, bins: usize) -> Histogram {
        self.bins = bins;
        self
    }

    /// Counts only values in this range; by default, the bins cover all values.
    pub fn range(mut self, from: f64, to: f64) -> Histogram {
        self.range = Some((from, to));
        self
    }

    /// Bars whose areas add up to 1, to compare with a probability density such as [`normal`](Histogram::normal).
    pub fn density(mut self) -> Histogram {
        self.density = true;
        self
    }

    /// Its colour; by default, each histogram of a chart gets another one.
    pub fn color(mut self, color: Color) -> Histogram {
        self.color = Some(color);
        self
    }

    /// Opacity of the bars, from 0 to 1.
    pub fn alpha(mut self, alpha: f32) -> Histogram {
        self.alpha = alpha;
        self
    }

    /// A name for the legend.
    pub fn label(mut self, label: &str) -> Histogram {
        self.label = label.to_owned();
        self
    }

    /// The density of the standard normal distribution, for a [`Line::function`](super::Line::function) over the bars.
    pub fn normal(x: f64) -> f64 {
        (-0.5 * x * x).exp() / (2.0 * std::f64::consts::PI).sqrt()
    }

    /// Left, right and height of each bar.
    pub(crate) fn bars(&self) -> Vec<(f64, f64, f64)> {
        let all = self.values.iter().copied();
        let ends = all.fold((f64::INFINITY, f64::NEG_INFINITY), |(lo, hi), v| (lo.min(v), hi.max(v)));
        let (mut lo, mut hi) = self.range.unwrap_or(ends);
        if lo > hi {
            return Vec::new(); // no values
        }
        if hi - lo <= 1e-12 * lo.abs().max(hi.abs()) {
            (lo, hi) = (lo - 0.5, hi + 0.5); // all the same
        }
        let width = (hi - lo) / self.bins as f64;
        let mut counts = vec![0.0; self.bins];
        let inside = self.values.iter().filter(|&&v| (lo..=hi).contains(&v));
        for v in inside {
            let bin = ((v - lo) / width) as usize;
            counts[bin.min(self.bins - 1)] += 1.0;
        }
        let total: f64 = counts.iter().sum();
        let unit = if self.density && total > 0.0 { total * width } else { 1.0 };
        let bar = |(i, count): (usize, f64)| (lo + width * i as f64, lo + width * (i + 1) as f64, count / unit);
        counts.into_iter().enumerate().map(bar).collect()
    }

    fn color_in_use(&self) -> Color {
        self.color.unwrap_or(Color::BLACK)
    }
}

impl Mark for Histogram {
    fn check(&self) -> Result<()> {
        ensure!(
            (1..=MOST_BINS).contains(&self.bins),
            "a histogram cannot have {} bins: from 1 to {MOST_BINS} are possible",
            self.bins
        );
        if let Some((from, to)) = self.range {
            ensure!(
                from.is_finite() && to.is_finite() && from < to,
                "the range {from} .. {to} of a histogram must go from a lower to a higher number"
            );
        }
        Ok(())
    }

    fn reach(&self) -> Vec<(f64, f64)> {
        let corners = |(left, right, height)| [(left, 0.0), (left, height), (right, height)];
        self.bars().into_iter().flat_map(corners).collect()
    }

    fn draw(&self, plane: &Plane) -> Result<()> {
        let style = filled(self.color_in_use(), self.alpha);
        // On a logarithmic axis, bars stand on its lower end.
        let foot = plane.y.ends.0;
        for (left, right, height) in self.bars() {
            let top = plane.place(right, height);
            let corner = plane.place(left, 0.0).or_else(|| Some((plane.place(left, height)?.0, foot)));
            if let (Some(corner), Some(top)) = (corner, top) {
                plane.area.draw(&Rectangle::new([corner, top], style))?;
            }
        }
        Ok(())
    }

    fn take_turn(&mut self, color: Color) -> bool {
        let free = self.color.is_none();
        self.color.get_or_insert(color);
        free
    }

    fn key(&self) -> Option<Key> {
        let sample = Sample::Box { color: self.color_in_use(), alpha: self.alpha };
        (!self.label.is_empty()).then(|| Key { label: self.label.clone(), sample })
    }

    fn stands_on_zero(&self) -> bool {
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_in_range_is_counted_once() {
        let histogram = Histogram::new([0.0, 0.1, 0.5, 0.9, 1.0, 1.0, f64::NAN, f64::INFINITY]).bins(2);
        assert_eq!(histogram.bars(), [(0.0, 0.5, 2.0), (0.5, 1.0, 4.0)]);
        let cut = Histogram::new([-3.0, 0.2, 0.7, 3.0]).bins(2).range(0.0, 1.0);
        assert_eq!(cut.bars(), [(0.0, 0.5, 1.0), (0.5, 1.0, 1.0)]);
    }

    #[test]
    fn the_bars_of_a_density_have_area_one() {
        let histogram = Histogram::new((0..97).map(|i| f64::from(i * i % 31))).bins(7).density();
        let area: f64 = histogram.bars().iter().map(|(l, r, h)| (r - l) * h).sum();
        assert!((area - 1.0).abs() < 1e-12, "{area}");
        let curve: f64 = (-800..800).map(|i| Histogram::normal(f64::from(i) / 100.0) / 100.0).sum();
        assert!((curve - 1.0).abs() < 1e-9, "{curve}");
    }

    #[test]
    fn no_values_and_equal_values_are_fine() {
        assert!(Histogram::new(Vec::<f64>::new()).bars().is_empty());
        let equal = Histogram::new([2.0; 5]).bins(3).bars();
        assert_eq!(equal.iter().map(|bar| bar.2).sum::<f64>(), 5.0);
        assert_eq!((equal[0].0, equal[2].1), (1.5, 2.5));
    }
}
