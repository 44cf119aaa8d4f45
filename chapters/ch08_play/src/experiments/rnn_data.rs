//! 08_03: the episodes as V sees them, for M to learn from (pp. 291-294).

use super::{ensure_made_of, generate_data, made_by, made_by_both, train_vae};
use crate::figures::series as figures;
use crate::models::Series;
use anyhow::Result;
use common::cli::Context;
use common::say;
use common::training::{DataInfo, ExperimentConfig, Preset, Run, RunFolder};
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// The section of the run folder, and the end of its name.
const RUN: [&str; 2] = ["series", "car_racing"];

/// 08_03 has no hyper-parameters.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Config {}

impl ExperimentConfig for Config {
    fn preset(_: Preset) -> Config {
        Config {}
    }

    fn check(&self) -> Result<()> {
        Ok(())
    }
}

/// Encodes the episodes, and draws the figure.
pub fn run(context: &Context) -> Result<()> {
    let (run, series) = encoded(context)?;
    figures::encoded(&context.figures(&run), &series)
}

/// Encodes the episodes, unless the run has them.
///
/// # Errors
/// There are no episodes, V is not trained, or as [`Series::encode`].
pub fn encoded(context: &Context) -> Result<(Run<Config>, Series)> {
    let (rollouts_run, rollouts) = generate_data::last(context)?;
    let (vae_run, vae) = train_vae::last(context, context.device())?;
    let run = context.training_run::<Config>(RUN[0], RUN[1], info(&rollouts_run, &vae_run)?)?;
    let file = file(&run.folder);
    let series = if file.exists() {
        Series::load(&file)?
    } else {
        let series = Series::encode(rollouts, rollouts_run.params.config.steps, &vae)?;
        series.save(&file)?;
        series
    };
    say!("{} episodes of {} frames: {}", series.episodes(), series.mu.size()[1], file.display());
    Ok((run, series))
}

fn file(folder: &RunFolder) -> PathBuf {
    folder.path.join("series.safetensors")
}

/// What is encoded, and by which V.
fn info(rollouts: &Run<generate_data::Config>, vae: &Run<train_vae::Config>) -> Result<DataInfo> {
    Ok(made_by_both(made_by(rollouts)?, &made_by(vae)?))
}

/// The run of the episodes that were encoded last with this preset.
///
/// # Errors
/// There is none, or it encoded other episodes than the last ones, or with another V.
pub fn last_run(context: &Context) -> Result<Run<Config>> {
    let run = context.earlier_run::<Config>("08_03", RUN, |folder| file(folder).exists())?;
    let (rollouts, _) = generate_data::last(context)?;
    ensure_made_of(&run, &info(&rollouts, &train_vae::last_run(context)?)?, "the encoded episodes")?;
    Ok(run)
}

/// The episodes that were encoded last with this preset.
///
/// # Errors
/// As [`last_run`], or the file is damaged.
pub fn last(context: &Context) -> Result<(Run<Config>, Series)> {
    let run = last_run(context)?;
    let series = Series::load(&file(&run.folder))?;
    Ok((run, series))
}
