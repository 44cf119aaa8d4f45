use crate::say;
use indicatif::{ProgressBar, ProgressStyle};
use std::io::IsTerminal;

/// What training tells: on a terminal a bar with loss, speed and time left; a line for each epoch everywhere.
#[derive(Debug)]
pub(super) struct Progress {
    bar: ProgressBar,
    epochs: u64,
}

impl Progress {
    pub fn new(epochs: u64, batches: u64, start: u64) -> Progress {
        let bar =
            if std::io::stderr().is_terminal() { ProgressBar::new(epochs * batches) } else { ProgressBar::hidden() };
        let template = "{wide_bar:.cyan/dim} {pos}/{len} steps  {msg}  {per_sec}  {eta} left";
        bar.set_style(ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar()));
        bar.set_position(start);
        bar.reset_eta();
        Progress { bar, epochs }
    }

    /// Whether it is time to look at the losses.
    pub fn wants_losses(&self, step: u64) -> bool {
        !self.bar.is_hidden() && step.is_multiple_of(16)
    }

    pub fn step(&self, step: u64) {
        self.bar.set_position(step);
    }

    pub fn losses(&self, epoch: u64, metrics: &[String], values: &[f64]) {
        self.bar.set_message(format!("epoch {}/{}  {}", epoch + 1, self.epochs, describe(metrics, values)));
    }

    pub fn epoch(&self, epoch: u64, seconds: f64, metrics: &[String], values: &[f64]) {
        let line = format!("epoch {:>3}/{}  {}  {seconds:.1} s", epoch + 1, self.epochs, describe(metrics, values));
        if self.bar.is_hidden() { say!("{line}") } else { self.bar.suspend(|| say!("{line}")) }
    }

    pub fn finish(&self) {
        self.bar.finish_and_clear();
    }
}

fn describe(metrics: &[String], values: &[f64]) -> String {
    let parts: Vec<String> = metrics.iter().zip(values).map(|(name, value)| format!("{name} {value:.4}")).collect();
    parts.join("  ")
}
