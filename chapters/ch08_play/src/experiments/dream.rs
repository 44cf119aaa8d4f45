//! 08_06: a controller that learns in the dream of M, and drives outside of it (pp. 310-315).

use super::worlds::Worlds;
use crate::figures::dream as figures;
use crate::models::controller::Controller;
use crate::models::controller_training::{ControllerTraining, EvolveConfig};
use crate::models::dream::Dream;
use crate::models::evaluation::{Evaluation, Protocol, is_kept};
use crate::models::players::Players;
use anyhow::{Result, ensure};
use common::cli::Context;
use common::say;
use common::training::{ExperimentConfig, Preset, Run};
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
    /// The part of M's units that are left out at each step of a dream, by chance; 0 in the book. A remedy for an M that
    /// was trained with dropout, too.
    pub dropout: f64,
    /// Generations. Options and history call them epochs.
    pub epochs: u64,
    /// Generations between two controllers that are kept, and evaluated.
    pub keep_every: u64,
    /// Episodes in the dream, and as many outside, by which a controller is evaluated.
    pub evaluated_episodes: u64,
    /// Most steps of such an episode.
    pub evaluated_steps: u32,
    /// Whether V and M are those that come with this chapter, and not those that were trained last.
    #[serde(default)]
    pub pretrained: bool,
}

impl ExperimentConfig for Config {
    fn preset(preset: Preset) -> Config {
        let book = Config {
            evolve: EvolveConfig::book(),
            temperatures: vec![1.0, 1.15, 1.3],
            dropout: 0.0,
            epochs: 400,
            keep_every: 25,
            evaluated_episodes: 100,
            evaluated_steps: 1000,
            pretrained: false,
        };
        match preset {
            Preset::Book => book,
            Preset::Quick => {
                let evolve = EvolveConfig { episodes: 2, max_steps: 300, first_steps: 300, ..book.evolve };
                Config { evolve, epochs: 60, keep_every: 10, evaluated_episodes: 8, ..book }
            }
            Preset::Smoke => {
                let evolve = EvolveConfig { population: 4, episodes: 1, max_steps: 20, first_steps: 20, ..book.evolve };
                Config {
                    evolve,
                    temperatures: vec![1.0, 1.3],
                    dropout: 0.1,
                    epochs: 2,
                    keep_every: 1,
                    evaluated_episodes: 1,
                    evaluated_steps: 20,
                    ..book
                }
            }
        }
    }

    fn check(&self) -> Result<()> {
        self.evolve.check()?;
        ensure!(self.evolve.hopeless_after.is_none(), "evolve.hopeless_after must be null: dreams are not given up");
        ensure!((1..=8).contains(&self.temperatures.len()), "temperatures: give 1 to 8");
        for temperature in &self.temperatures {
            ensure!(
                (0.01..=10.0).contains(temperature),
                "temperatures must lie between 0.01 and 10, not {temperature}"
            );
        }
        ensure!((0.0..0.95).contains(&self.dropout), "dropout must lie between 0 and 0.95");
        ensure!((1..=1_000_000).contains(&self.epochs), "epochs must lie between 1 and 1000000");
        ensure!((1..=1_000_000).contains(&self.keep_every), "keep_every must lie between 1 and 1000000");
        ensure!((1..=10_000).contains(&self.evaluated_episodes), "evaluated_episodes must lie between 1 and 10000");
        ensure!((1..=100_000).contains(&self.evaluated_steps), "evaluated_steps must lie between 1 and 100000");
        Ok(())
    }
}

/// What came of the dream of a temperature.
#[derive(Debug)]
pub struct Dreamed {
    /// The temperature.
    pub temperature: f64,
    /// Scores of the controllers that were kept: steps with a reward in the dream.
    pub inside: Vec<Evaluation>,
    /// The same controllers outside.
    pub outside: Vec<Evaluation>,
}

/// What came of all dreams.
#[derive(Debug)]
pub struct Dreams {
    /// The run.
    pub run: Run<Config>,
    /// One for each temperature.
    pub all: Vec<Dreamed>,
    /// The dream of the first temperature.
    pub dream: Dream,
    /// The controller that learned in it.
    pub controller: Controller,
}

/// Evolves a controller in a dream of each temperature, evaluates them, and draws the figures.
pub fn run(context: &Context) -> Result<()> {
    let worlds = Worlds::choose(context, context.run_config::<Config>(RUN)?.pretrained)?;
    let Dreams { run, all, dream, controller } = trained(context, &worlds)?;
    let figures = context.figures(&run);
    figures::score(&figures, &all)?;
    figures::film(&figures, &worlds.vae()?, &dream, &controller)?;
    figures::temperatures(&figures, &all)
}

/// Evolves a controller in a dream of each temperature, or resumes, and evaluates them.
///
/// # Errors
/// As [`ControllerTraining::train`] and [`Protocol::evaluate`].
pub fn trained(context: &Context, worlds: &Worlds) -> Result<Dreams> {
    let starts = Arc::new(worlds.starts(context)?);
    let run = context.training_run::<Config>(RUN[0], RUN[1], worlds.info()?)?;
    let (config, seed) = (&run.params.config, run.params.seed);
    let protocol = Protocol { episodes: config.evaluated_episodes, max_steps: config.evaluated_steps };
    let drivers = worlds.drivers();
    let mut all = vec![];
    for (number, &temperature) in config.temperatures.iter().enumerate() {
        say!("dream of temperature {temperature}");
        let folder = match number {
            0 => run.folder.clone(),
            _ => run.folder.beside(&format!("temperature_{temperature}"))?,
        };
        let dreamers = worlds.dreamers(&starts, temperature, config.dropout);
        let mut training = ControllerTraining::new(config.evolve, &worlds.controller(), dreamers, seed)?;
        training.train(&folder, config.epochs, config.keep_every)?;
        let evaluate = |players: &Players, file: &str| {
            let generations = (1..=config.epochs).filter(|&n| is_kept(n, config.keep_every, config.epochs));
            protocol.evaluate(players, &training.controller, (&folder, file), generations)
        };
        let (inside, outside) =
            (evaluate(training.players(), "dream_scores.json")?, evaluate(&drivers, "scores.json")?);
        for (inside, outside) in inside.iter().zip(&outside) {
            let [(dreamed, _), (real, _)] = [inside, outside].map(Evaluation::mean_and_std);
            say!("generation {}: {dreamed:.0} in the dream, {real:.0} outside", inside.generations);
        }
        all.push(Dreamed { temperature, inside, outside });
    }
    let controller = Controller::new(&worlds.controller(), Device::Cpu)?;
    run.folder.load_weights(&controller.variables)?;
    let dream = worlds.dream(&starts, config.temperatures[0], config.dropout)?;
    Ok(Dreams { run, all, dream, controller })
}
