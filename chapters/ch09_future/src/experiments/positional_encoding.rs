//! 09_01: the positional encoding (p. 319), and the papers that led to it (p. 317).

use crate::figures::{positional_encoding as figures, timeline};
use crate::models::positional_encoding::positional_encoding;
use anyhow::{Result, ensure};
use common::cli::Context;
use common::samples::random;
use common::training::{DataInfo, ExperimentConfig, Preset};
use ndarray::Array2;
use rand::RngExt;
use serde::{Deserialize, Serialize};

/// Hyper-parameters of 09_01.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Config {
    /// Positions.
    pub positions: usize,
    /// Features of each.
    pub features: usize,
}

impl ExperimentConfig for Config {
    fn preset(_: Preset) -> Config {
        Config { positions: 128, features: 512 }
    }

    fn check(&self) -> Result<()> {
        ensure!((2..=4096).contains(&self.positions), "positions must lie between 2 and 4096");
        ensure!((2..=4096).contains(&self.features), "features must lie between 2 and 4096");
        Ok(())
    }
}

/// 09_01: draws the encoding, a random embedding, and their sum.
pub fn run(context: &Context) -> Result<()> {
    let Config { positions, features } = context.config()?;
    let content = format!("{positions} x {features}");
    let data = DataInfo::own("positional_encoding", "positional encoding", content.as_bytes());
    let run = context.plain_run::<Config>("transformer", "positional_encoding", data)?;
    let encoding = positional_encoding(positions, features);
    let mut random = random(&[run.params.seed]);
    let embedding = Array2::from_shape_simple_fn(encoding.dim(), || random.random::<f32>());
    let figures = context.figures(&run);
    figures::encoding(&figures, &encoding)?;
    figures::embedding(&figures, &embedding)?;
    figures::sum(&figures, &(&encoding + &embedding))?;
    figures::waves(&figures, &encoding)?;
    timeline::timeline(&figures)
}
