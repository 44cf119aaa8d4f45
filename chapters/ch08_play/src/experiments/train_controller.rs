//! 08_05: a controller evolves that drives with what V sees and M remembers (pp. 302-310).

use super::is_trained;
use super::worlds::Worlds;
use crate::figures::controller::{self as figures, Drive};
use crate::models::controller::Controller;
use crate::models::controller_training::{Breeding, EvolveConfig, Tracks, judge, mean_and_spread};
use crate::models::players::Players;
use anyhow::{Context as _, Result, ensure};
use common::cli::Context;
use common::training::{ExperimentConfig, Preset, Run, RunFolder};
use common::{files, say};
use serde::{Deserialize, Serialize};
use std::fs;
use tch::Device;

/// The section of the run folder, and the end of its name.
const RUN: [&str; 2] = ["controller", "car_racing"];

/// Hyper-parameters of 08_05.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Config {
    /// How it evolves.
    pub evolve: EvolveConfig,
    /// Generations. Options and history call them epochs.
    pub epochs: u64,
    /// Generations between two controllers that are kept.
    pub keep_every: u64,
    /// Episodes by which the last controller is judged.
    pub judged_episodes: u64,
}

impl ExperimentConfig for Config {
    fn preset(preset: Preset) -> Config {
        let book = Config { evolve: EvolveConfig::book(), epochs: 400, keep_every: 25, judged_episodes: 100 };
        match preset {
            Preset::Book => book,
            Preset::Quick => {
                let evolve = EvolveConfig {
                    episodes: 2,
                    tracks: Tracks::Common,
                    first_steps: 200,
                    more_steps: 10,
                    hopeless_after: Some(60),
                    ..book.evolve
                };
                Config { evolve, epochs: 100, keep_every: 10, judged_episodes: 32 }
            }
            Preset::Smoke => {
                let evolve = EvolveConfig { population: 4, episodes: 1, max_steps: 20, first_steps: 20, ..book.evolve };
                Config { evolve, epochs: 2, keep_every: 1, judged_episodes: 2 }
            }
        }
    }

    fn check(&self) -> Result<()> {
        self.evolve.check()?;
        ensure!((1..=1_000_000).contains(&self.epochs), "epochs must lie between 1 and 1000000");
        ensure!((1..=1_000_000).contains(&self.keep_every), "keep_every must lie between 1 and 1000000");
        ensure!((1..=10_000).contains(&self.judged_episodes), "judged_episodes must lie between 1 and 10000");
        Ok(())
    }
}

/// Evolves, judges, and draws the figures; with `--watch` drives with the last one.
pub fn run(context: &Context) -> Result<()> {
    let worlds = Worlds::last(context)?;
    if context.watches() {
        let run = context.earlier_run::<Config>("08_05", RUN, is_trained)?;
        let controller = Controller::new(&worlds.controller(), Device::Cpu)?;
        run.folder.load_weights(&controller.variables)?;
        return figures::drive(&context.figures(&run), &worlds.racing()?, &controller, drive(&run, context.seed()));
    }
    let Some(drivers) = worlds.drivers_everywhere()? else { return Ok(()) };
    let (run, controller) = trained(context, &worlds, drivers)?;
    figures::score(&context.figures(&run))?;
    judge_last(context, &worlds, &run, &controller)?;
    figures::drive(&context.figures(&run), &worlds.racing()?, &controller, drive(&run, run.params.seed))
}

/// Evolves a controller, or resumes.
///
/// # Errors
/// As [`Breeding::train`].
pub fn trained(context: &Context, worlds: &Worlds, drivers: Players) -> Result<(Run<Config>, Controller)> {
    let run = context.training_run::<Config>(RUN[0], RUN[1], worlds.info()?)?;
    let config = &run.params.config;
    let mut breeding = Breeding::new(config.evolve, &worlds.controller(), drivers, run.params.seed)?;
    run.folder.plot_model(&[&breeding.controller.model])?;
    breeding.train(&run.folder, config.epochs, config.keep_every)?;
    Ok((run, breeding.controller))
}

/// Judges a run's last controller on tracks that it did not learn on, and draws its scores.
///
/// # Errors
/// As [`judge`].
pub fn judge_last(context: &Context, worlds: &Worlds, run: &Run<Config>, controller: &Controller) -> Result<()> {
    let scores = judged(&run.folder, &worlds.drivers(), controller, &run.params.config)?;
    let (mean, spread) = mean_and_spread(&scores);
    let most = run.params.config.evolve.max_steps;
    say!("{mean:.0} ± {spread:.0} over {} episodes of at most {most} steps", scores.len());
    figures::episodes(&context.figures(run), &scores, most)
}

/// A drive on the track of a seed, as long as those by which controllers are judged.
pub fn drive(run: &Run<Config>, seed: u64) -> Drive {
    Drive { seed, max_steps: run.params.config.evolve.max_steps }
}

/// The scores of the run's last controller, which are kept in `scores.json`.
fn judged(folder: &RunFolder, drivers: &Players, controller: &Controller, config: &Config) -> Result<Vec<f64>> {
    let episodes = config.judged_episodes;
    let path = folder.path.join("scores.json");
    let generations = folder.history()?.rows.len();
    let kept = fs::read(&path).ok().and_then(|bytes| serde_json::from_slice::<Scores>(&bytes).ok());
    if let Some(kept) = kept.filter(|kept| kept.generations == generations && kept.scores.len() as u64 == episodes) {
        return Ok(kept.scores);
    }
    let scores = judge(drivers, controller, episodes, config.evolve.max_steps)?;
    let kept = Scores { generations, scores };
    let json = serde_json::to_vec(&kept).context("cannot encode the scores as JSON")?;
    files::write(&path, &json)?;
    Ok(kept.scores)
}

/// `scores.json`.
#[derive(Debug, Serialize, Deserialize)]
struct Scores {
    /// Generations of evolution.
    generations: usize,
    /// One score for each episode, on the tracks of the seeds 0, 1, 2, ...
    scores: Vec<f64>,
}
