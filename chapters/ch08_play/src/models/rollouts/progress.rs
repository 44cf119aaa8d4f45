use common::say;
use indicatif::{ProgressBar, ProgressStyle};
use std::io::IsTerminal;
use std::sync::{Mutex, PoisonError};

/// About the number of printed lines.
const LINES: usize = 20;

/// How far a collection is: a bar on a terminal, and a line every few episodes.
#[derive(Debug)]
pub(in crate::models) struct Progress {
    bar: ProgressBar,
    episodes: usize,
    /// Episodes that are there.
    done: Mutex<usize>,
}

impl Progress {
    /// Of so many episodes, `done` are there already.
    pub fn new(episodes: usize, done: usize) -> Progress {
        let is_shown = std::io::stderr().is_terminal();
        let bar = if is_shown { ProgressBar::new(episodes as u64) } else { ProgressBar::hidden() };
        let style = ProgressStyle::with_template("{wide_bar:.cyan/dim} {pos}/{len} episodes  {per_sec}  {eta} left");
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        bar.set_position(done as u64);
        bar.reset_eta();
        Progress { bar, episodes, done: Mutex::new(done) }
    }

    /// One more episode is there.
    pub fn add_one(&self) {
        let mut done = self.done.lock().unwrap_or_else(PoisonError::into_inner);
        *done += 1;
        self.bar.set_position(*done as u64);
        if *done == 1 || *done == self.episodes || done.is_multiple_of(self.episodes.div_ceil(LINES)) {
            self.bar.suspend(|| say!("episode {done:>5}/{}", self.episodes));
        }
    }

    /// Removes the bar, and tells the number of episodes that are there.
    pub fn finish(self) -> usize {
        self.bar.finish_and_clear();
        self.done.into_inner().unwrap_or_else(PoisonError::into_inner)
    }
}
