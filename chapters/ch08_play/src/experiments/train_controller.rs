//! 08_05: a controller evolves that drives with what V sees and M remembers (pp. 302-310).

use super::worlds::Worlds;
use super::{ensure_made_of, is_trained};
use crate::figures::controller as figures;
use crate::models::controller::Controller;
use crate::models::controller_training::{ControllerTraining, EvolveConfig, Tracks};
use crate::models::evaluation::{Evaluation, Protocol, is_kept};
use crate::models::players::{Job, Players, Rules};
use crate::models::pretrained;
use anyhow::{Result, ensure};
use common::cli::Context;
use common::say;
use common::training::{ExperimentConfig, Preset, Run};
use serde::{Deserialize, Serialize};
use tch::Device;

/// The section of the run folder, and the end of its name.
const RUN: [&str; 2] = ["controller", "car_racing"];

/// Hyper-parameters of 08_05.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Config {
    /// How it evolves.
    pub evolve: EvolveConfig,
    /// Generations. Options and history call them epochs.
    pub epochs: u64,
    /// Generations between two controllers that are kept, and evaluated.
    pub keep_every: u64,
    /// Episodes by which a controller is evaluated.
    pub evaluated_episodes: u64,
    /// Whether V and M are those that come with this chapter, and not those that were trained last.
    #[serde(default)]
    pub pretrained: bool,
}

impl ExperimentConfig for Config {
    fn preset(preset: Preset) -> Config {
        let book = Config {
            evolve: EvolveConfig::book(),
            epochs: 400,
            keep_every: 25,
            evaluated_episodes: 100,
            pretrained: false,
        };
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
                Config { evolve, epochs: 100, keep_every: 20, evaluated_episodes: 32, ..book }
            }
            Preset::Smoke => {
                let evolve = EvolveConfig { population: 4, episodes: 1, max_steps: 20, first_steps: 20, ..book.evolve };
                Config { evolve, epochs: 2, keep_every: 1, evaluated_episodes: 2, ..book }
            }
        }
    }

    fn check(&self) -> Result<()> {
        self.evolve.check()?;
        ensure!((1..=1_000_000).contains(&self.epochs), "epochs must lie between 1 and 1000000");
        ensure!((1..=1_000_000).contains(&self.keep_every), "keep_every must lie between 1 and 1000000");
        ensure!((1..=10_000).contains(&self.evaluated_episodes), "evaluated_episodes must lie between 1 and 10000");
        Ok(())
    }
}

/// Evolves, evaluates, and draws the figures; with `--watch` drives with the last one.
pub fn run(context: &Context) -> Result<()> {
    if context.watches() {
        let (run, worlds, controller) = watched(context)?;
        return figures::drive(&context.figures(&run), &worlds.racing()?, &drive(&run, &controller, context.seed())?);
    }
    let worlds = Worlds::choose(context, context.run_config::<Config>(RUN)?.pretrained)?;
    let Some(drivers) = worlds.drivers_everywhere()? else { return Ok(()) };
    let (run, controller) = trained(context, &worlds, drivers)?;
    figures::score(&context.figures(&run))?;
    figures::episodes(&context.figures(&run), &evaluated(&worlds, &run)?)?;
    figures::drive(&context.figures(&run), &worlds.racing()?, &drive(&run, &controller, run.params.seed)?)
}

/// Evolves a controller, or resumes.
///
/// # Errors
/// As [`ControllerTraining::train`].
pub fn trained(context: &Context, worlds: &Worlds, drivers: Players) -> Result<(Run<Config>, Controller)> {
    let run = context.training_run::<Config>(RUN[0], RUN[1], worlds.info()?)?;
    let config = &run.params.config;
    let mut training = ControllerTraining::new(config.evolve, &worlds.controller(), drivers, run.params.seed)?;
    run.folder.plot_model(&[&training.controller.model])?;
    training.train(&run.folder, config.epochs, config.keep_every)?;
    Ok((run, training.controller))
}

/// The controller that was trained last with this preset, or in the run that is named. If none was trained, and none is
/// asked for by a preset or a run, the pretrained one.
fn watched(context: &Context) -> Result<(Run<Config>, Worlds, Controller)> {
    let run = match context.earlier_run::<Config>("08_05", RUN, is_trained) {
        Ok(run) => run,
        Err(_) if context.names_no_run() => {
            say!("no finished run of 08_05: the pretrained controller drives");
            let run = context.pretrained_run(RUN, pretrained::info(), "this chapter's pretrained/ folder")?;
            return Ok((run, Worlds::pretrained(context.device()), pretrained::controller()?));
        }
        Err(error) => return Err(error),
    };
    let worlds = Worlds::choose(context, run.params.config.pretrained)?;
    ensure_made_of(&run, &worlds.info()?, "the weights of the controller")?;
    let controller = Controller::new(&worlds.controller(), Device::Cpu)?;
    run.folder.load_weights(&controller.variables)?;
    Ok((run, worlds, controller))
}

/// Evaluates the controllers that a run has kept (`scores.json`).
///
/// # Errors
/// As [`Protocol::evaluate`].
pub fn evaluated(worlds: &Worlds, run: &Run<Config>) -> Result<Vec<Evaluation>> {
    let Config { evolve, epochs, keep_every, evaluated_episodes, .. } = run.params.config;
    let protocol = Protocol { episodes: evaluated_episodes, max_steps: evolve.max_steps };
    let controller = Controller::new(&worlds.controller(), Device::Cpu)?;
    let generations = (1..=epochs).filter(|&number| is_kept(number, keep_every, epochs));
    let evaluated = protocol.evaluate(&worlds.drivers(), &controller, (&run.folder, "scores.json"), generations)?;
    if let Some(last) = evaluated.last() {
        let ((mean, std), most) = (last.mean_and_std(), evolve.max_steps);
        say!("{mean:.0} ± {std:.0} over {} episodes of at most {most} steps", last.scores.len());
    }
    Ok(evaluated)
}

/// A drive on the track of a seed, as long as those of evaluations.
///
/// # Errors
/// libtorch fails.
pub fn drive(run: &Run<Config>, controller: &Controller, seed: u64) -> Result<Job> {
    let rules = Rules { max_steps: run.params.config.evolve.max_steps, hopeless_after: None };
    Job::new(controller, seed, rules)
}
