//! The course of the loss in a few characters, beside the progress bar.

/// The largest number of values shown.
const SHOWN: usize = 20;

/// From the smallest value to the largest one.
const LEVELS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// The first recorded loss during the last steps: a mean for each epoch, for several short epochs, or for a part of a long
/// one.
#[derive(Debug)]
pub(super) struct Trend {
    /// Least number of steps of a mean.
    window: u64,
    steps: u64,
    samples: f64,
    sum: f64,
    means: Vec<f64>,
}

impl Trend {
    /// No losses yet; an epoch has so many batches.
    pub fn new(batches: u64) -> Trend {
        Trend { window: batches.clamp(16, 256), steps: 0, samples: 0.0, sum: 0.0, means: vec![] }
    }

    /// Adds the sum of a loss over the samples of some steps. Returns whether that completes a mean.
    pub fn add(&mut self, steps: u64, samples: f64, sum: f64) -> bool {
        self.steps += steps;
        self.samples += samples;
        self.sum += sum;
        if self.steps < self.window {
            return false;
        }
        self.means.push(self.sum / self.samples);
        self.means.drain(..self.means.len().saturating_sub(SHOWN));
        (self.steps, self.samples, self.sum) = (0, 0.0, 0.0);
        true
    }

    /// The means in at most so many columns of a terminal.
    pub fn draw(&self, columns: usize) -> String {
        sparkline(&self.means, columns)
    }
}

/// Draws the last values, at most `columns` of them, as blocks of eight heights, each one column wide. NaN and infinite
/// values are skipped; equal values are lowest.
fn sparkline(values: &[f64], columns: usize) -> String {
    let finite: Vec<f64> = values.iter().copied().filter(|value| value.is_finite()).collect();
    let shown = &finite[finite.len().saturating_sub(columns)..];
    let low = shown.iter().copied().fold(f64::INFINITY, f64::min);
    let high = shown.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let highest = (LEVELS.len() - 1) as f64;
    // Between equal values the quotient is NaN, which `as` turns to 0.
    let level = |value: f64| ((value - low) / (high - low) * highest).round() as usize;
    shown.iter().map(|value| LEVELS[level(*value)]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sparkline_has_eight_levels_and_fits_its_columns() {
        let falling = [7.0, 6.0, 5.0, 4.0, 3.0, 2.0, 1.0, 0.0];
        assert_eq!(sparkline(&falling, 8), "█▇▆▅▄▃▂▁");
        assert_eq!(sparkline(&falling, 100), "█▇▆▅▄▃▂▁");
        // Of more values than columns, the last ones, between their own extremes.
        assert_eq!(sparkline(&falling, 2), "█▁");
        assert_eq!(sparkline(&falling, 0), "");
        assert_eq!(sparkline(&[-1e-9, 0.0, 1e-9], 3), "▁▅█");
    }

    #[test]
    fn odd_losses_are_drawn_or_skipped() {
        assert_eq!(sparkline(&[], 5), "");
        assert_eq!(sparkline(&[f64::NAN], 5), "");
        assert_eq!(sparkline(&[2.0, f64::NAN, f64::INFINITY, 1.0, f64::NEG_INFINITY], 5), "█▁");
        assert_eq!(sparkline(&[0.5, 0.5, 0.5], 5), "▁▁▁");
        // Differences that overflow.
        assert_eq!(sparkline(&[-f64::MAX, f64::MAX], 5), "▁▁");
    }

    #[test]
    fn means_cover_an_epoch_several_short_ones_or_a_part_of_a_long_one() {
        for (batches, window) in [(1, 16), (100, 100), (10_000, 256)] {
            let mut trend = Trend::new(batches);
            let add = |trend: &mut Trend, loss: f64| trend.add(1, 3.0, 3.0 * loss);
            let complete = |trend: &mut Trend, loss| (0..window).filter(|_| add(trend, loss)).count();
            // Each window is complete at its last step.
            assert_eq!([5.0, 1.0, 3.0].map(|loss| complete(&mut trend, loss)), [1, 1, 1], "{batches} batches");
            assert_eq!(trend.means, [5.0, 1.0, 3.0]);
            assert_eq!(trend.draw(3), "█▁▅");
            (0..2 * SHOWN).for_each(|_| assert_eq!(complete(&mut trend, 2.0), 1));
            assert_eq!(trend.means, [2.0; SHOWN]);
        }
    }
}
