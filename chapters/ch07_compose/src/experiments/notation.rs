//! 07_01: a score, and the pitches and durations that the net reads (pp. 237-240).

use super::source::{MusicConfig, Source};
use crate::figures::notation as figures;
use anyhow::{Result, ensure};
use common::cli::Context;
use common::say;
use common::training::{ExperimentConfig, Preset};
use serde::{Deserialize, Serialize};

/// Hyper-parameters of 07_01.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Config {
    /// The music.
    #[serde(flatten)]
    pub music: MusicConfig,
    /// The piece that is shown, counted from 0 in the order of the files' names.
    pub piece: usize,
    /// Bars of it.
    pub bars: usize,
}

impl ExperimentConfig for Config {
    fn preset(_: Preset) -> Config {
        Config { music: MusicConfig::book(), piece: 0, bars: 8 }
    }

    fn check(&self) -> Result<()> {
        ensure!((1..=64).contains(&self.bars), "bars must lie between 1 and 64, not {}", self.bars);
        Ok(())
    }
}

/// 07_01: draws the first bars of a piece, its table of pitches and durations, and how often each occurs in all pieces.
pub fn run(context: &Context) -> Result<()> {
    let config = context.config::<Config>()?;
    let source = Source::find(context, &config.music)?;
    let n = source.pieces.len();
    ensure!(config.piece < n, "piece must be below {n}, the number of pieces, not {}", config.piece);
    let run = context.plain_run::<Config>("notation", config.music.short(), source.info.clone())?;
    let (piece, slices) = (&source.pieces[config.piece], source.slices());
    say!("{n} pieces, {} notes and chords", slices.iter().map(Vec::len).sum::<usize>());
    let drawn = context.figures(&run);
    figures::score(&drawn, piece, config.bars)?;
    figures::notes(&drawn, piece, &slices[config.piece])?;
    figures::counts(&drawn, &slices)
}
