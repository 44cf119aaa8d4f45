use super::sparkline::Trend;
use crate::say;
use console::Term;
use indicatif::{ProgressBar, ProgressStyle};
use std::io::IsTerminal;

/// About the largest number of printed epochs; longer runs print every few of them.
const LINES: u64 = 60;

/// Columns of the bar's line for what is neither losses nor their course: a bar of ten, steps, speed, remaining time.
const OTHERS: usize = 58;

/// Progress of training: on a terminal a bar with loss, its course, speed and remaining time; everywhere a line per
/// epoch, or per several epochs if there are thousands.
#[derive(Debug)]
pub(super) struct Progress {
    bar: ProgressBar,
    epochs: u64,
    /// `epoch`, or `iteration` if an epoch is a single batch; or another name.
    pub unit: &'static str,
    /// Epochs between two lines.
    every: u64,
    /// Seconds since the last line.
    seconds: f64,
    trend: Trend,
}

impl Progress {
    pub fn new(epochs: u64, batches: u64, start: u64) -> Progress {
        let bar =
            if std::io::stderr().is_terminal() { ProgressBar::new(epochs * batches) } else { ProgressBar::hidden() };
        let template = "{wide_bar:.cyan/dim} {pos}/{len} steps  {msg}  {prefix}  {per_sec}  {eta} left";
        bar.set_style(ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar()));
        bar.set_position(start);
        bar.reset_eta();
        let unit = if batches == 1 { "iteration" } else { "epoch" };
        let (every, trend) = (round_number(epochs.div_ceil(LINES)), Trend::new(batches));
        Progress { bar, epochs, unit, every, seconds: 0.0, trend }
    }

    /// Whether losses are shown within an epoch, too: on the bar.
    pub fn shows_losses(&self) -> bool {
        !self.bar.is_hidden()
    }

    pub fn step(&self, step: u64) {
        self.bar.set_position(step);
    }

    pub fn losses(&self, epoch: u64, metrics: &[String], values: &[f64]) {
        self.bar.set_message(format!("{} {}/{}  {}", self.unit, epoch + 1, self.epochs, describe(metrics, values)));
        self.draw_trend();
    }

    /// Adds the sum of a loss over the samples of some steps to the course beside the bar.
    pub fn trend(&mut self, steps: u64, samples: f64, sum: f64) {
        if self.trend.add(steps, samples, sum) && !self.bar.is_hidden() {
            self.draw_trend();
        }
    }

    /// Draws the course in the columns that the line leaves, so that it never wraps because of it.
    fn draw_trend(&self) {
        let (_, columns) = Term::stderr().size();
        let taken = OTHERS + self.bar.message().chars().count();
        self.bar.set_prefix(self.trend.draw(usize::from(columns).saturating_sub(taken)));
    }

    pub fn epoch(&mut self, epoch: u64, seconds: f64, metrics: &[String], values: &[f64]) {
        self.seconds += seconds;
        let (number, epochs) = (epoch + 1, self.epochs);
        if !(number == 1 || number == epochs || number.is_multiple_of(self.every)) {
            return;
        }
        let seconds = std::mem::take(&mut self.seconds);
        let line = format!("{} {number:>3}/{epochs}  {}  {seconds:.1} s", self.unit, describe(metrics, values));
        if self.bar.is_hidden() { say!("{line}") } else { self.bar.suspend(|| say!("{line}")) }
    }

    pub fn finish(&self) {
        self.bar.finish_and_clear();
    }
}

/// Rounds up to 1, 2, 5, 10, 20, 50, ...
fn round_number(least: u64) -> u64 {
    let powers = std::iter::successors(Some(1_u64), |power| power.checked_mul(10));
    powers.flat_map(|power| [power, 2 * power, 5 * power]).find(|number| *number >= least).unwrap_or(least)
}

fn describe(metrics: &[String], values: &[f64]) -> String {
    let parts: Vec<String> = metrics.iter().zip(values).map(|(name, value)| format!("{name} {value:.4}")).collect();
    parts.join("  ")
}
