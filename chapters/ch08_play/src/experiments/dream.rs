//! 08_06: a controller that learns in the dream of M, and drives outside of it (pp. 310-315).

use super::rnn_data;
use super::worlds::Worlds;
use crate::figures::dream as figures;
use crate::models::controller::Controller;
use crate::models::controller_training::{Breeding, EvolveConfig, judge, kept, mean_and_spread};
use crate::models::dream::{Dream, Starts};
use crate::models::players::Players;
use anyhow::{Context as _, Result, ensure};
use common::cli::Context;
use common::keras::weights;
use common::training::{ExperimentConfig, Preset, Run, RunFolder};
use common::{files, say};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use tch::Device;

/// The section of the run folder, and the end of its name.
const RUN: [&str; 2] = ["dream", "car_racing"];

/// Hyper-parameters of 08_06.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Config {
    /// How controllers evolve; in the dream episodes have no end of their own.
    pub evolve: EvolveConfig,
    /// Temperatures of dreams. A controller learns in each; the first one is the book's.
    pub temperatures: Vec<f64>,
    /// Generations. Options and history call them epochs.
    pub epochs: u64,
    /// Generations between two controllers that are kept, and judged outside.
    pub keep_every: u64,
    /// Episodes in the dream, and as many outside, by which a controller is judged.
    pub judged_episodes: u64,
    /// Most steps of such an episode.
    pub judged_steps: u32,
}

impl ExperimentConfig for Config {
    fn preset(preset: Preset) -> Config {
        let book = Config {
            evolve: EvolveConfig::book(),
            temperatures: vec![1.0, 1.15, 1.3],
            epochs: 400,
            keep_every: 25,
            judged_episodes: 100,
            judged_steps: 1000,
        };
        match preset {
            Preset::Book => book,
            Preset::Quick => {
                let evolve = EvolveConfig { episodes: 2, max_steps: 300, first_steps: 300, ..book.evolve };
                Config { evolve, epochs: 60, keep_every: 10, judged_episodes: 8, ..book }
            }
            Preset::Smoke => {
                let evolve = EvolveConfig { population: 4, episodes: 1, max_steps: 20, first_steps: 20, ..book.evolve };
                Config {
                    evolve,
                    temperatures: vec![1.0, 1.3],
                    epochs: 2,
                    keep_every: 1,
                    judged_episodes: 1,
                    judged_steps: 20,
                }
            }
        }
    }

    fn check(&self) -> Result<()> {
        self.evolve.check()?;
        ensure!((1..=8).contains(&self.temperatures.len()), "temperatures: give 1 to 8");
        for temperature in &self.temperatures {
            ensure!(
                (0.01..=10.0).contains(temperature),
                "temperatures must lie between 0.01 and 10, not {temperature}"
            );
        }
        ensure!((1..=1_000_000).contains(&self.epochs), "epochs must lie between 1 and 1000000");
        ensure!((1..=1_000_000).contains(&self.keep_every), "keep_every must lie between 1 and 1000000");
        ensure!((1..=10_000).contains(&self.judged_episodes), "judged_episodes must lie between 1 and 10000");
        ensure!((1..=100_000).contains(&self.judged_steps), "judged_steps must lie between 1 and 100000");
        Ok(())
    }
}

/// A controller that was judged in its dream and outside.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Judged {
    /// Temperature of its dream.
    pub temperature: f64,
    /// Generations of its evolution.
    pub generations: u64,
    /// Mean and standard deviation of its scores in the dream: steps with a reward.
    pub inside: (f64, f64),
    /// The same outside.
    pub outside: (f64, f64),
}

/// What came of the dreams.
#[derive(Debug)]
pub struct Dreams {
    /// The run.
    pub run: Run<Config>,
    /// The controllers of all temperatures after some generations.
    pub judged: Vec<Judged>,
    /// The dream of the first temperature.
    pub dream: Dream,
    /// The controller that learned in it.
    pub controller: Controller,
}

/// Evolves a controller in a dream of each temperature, judges them, and draws the figures.
pub fn run(context: &Context) -> Result<()> {
    let worlds = Worlds::last(context)?;
    let dreams = trained(context, &worlds)?;
    let figures = context.figures(&dreams.run);
    figures::score(&figures, &dreams.judged)?;
    figures::film(&figures, &worlds.racing()?.vae, &dreams.dream, &dreams.controller)?;
    figures::temperatures(&figures, &dreams.judged)
}

/// Evolves a controller in a dream of each temperature, or resumes, and judges them.
///
/// # Errors
/// As [`Breeding::train`].
pub fn trained(context: &Context, worlds: &Worlds) -> Result<Dreams> {
    let (_, series) = rnn_data::last(context)?;
    let starts = Arc::new(Starts::new(&series)?);
    let run = context.training_run::<Config>(RUN[0], RUN[1], worlds.info()?)?;
    let (config, seed) = (&run.params.config, run.params.seed);
    let drivers = worlds.drivers();
    let mut judged = vec![];
    for (number, &temperature) in config.temperatures.iter().enumerate() {
        say!("dream of temperature {temperature}");
        let folder = match number {
            0 => run.folder.clone(),
            _ => run.folder.beside(&format!("temperature_{temperature}"))?,
        };
        let dreamers = worlds.dreamers(&starts, temperature);
        let mut breeding = Breeding::new(config.evolve, &worlds.controller(), dreamers, seed)?;
        breeding.train(&folder, config.epochs, config.keep_every)?;
        let dreamers = worlds.dreamers(&starts, temperature);
        judged.extend(judge_all(&folder, [&dreamers, &drivers], worlds, temperature, config)?);
    }
    let json = serde_json::to_vec_pretty(&judged).context("cannot encode the scores as JSON")?;
    files::write(&run.folder.path.join("scores.json"), &json)?;
    let controller = Controller::new(&worlds.controller(), Device::Cpu)?;
    run.folder.load_weights(&controller.variables)?;
    let dream = worlds.dream(&starts, config.temperatures[0])?;
    Ok(Dreams { run, judged, dream, controller })
}

/// Judges the controllers that were kept during an evolution, in the dream and outside.
fn judge_all(
    folder: &RunFolder,
    [dreamers, drivers]: [&Players; 2],
    worlds: &Worlds,
    temperature: f64,
    config: &Config,
) -> Result<Vec<Judged>> {
    let controller = Controller::new(&worlds.controller(), Device::Cpu)?;
    let last = config.epochs;
    let generations = (1..=last).filter(|&number| number.is_multiple_of(config.keep_every) || number == last);
    generations
        .map(|generations| {
            weights::load(&controller.variables, &kept(folder, generations))?;
            let judged = |players| judge(players, &controller, config.judged_episodes, config.judged_steps);
            let [inside, outside] = [mean_and_spread(&judged(dreamers)?), mean_and_spread(&judged(drivers)?)];
            say!("generation {generations}: {:.0} in the dream, {:.0} outside", inside.0, outside.0);
            Ok(Judged { temperature, generations, inside, outside })
        })
        .collect()
}
