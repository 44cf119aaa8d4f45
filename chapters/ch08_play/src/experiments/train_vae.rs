//! 08_02: a variational autoencoder learns to see (pp. 284-291).

use super::{generate_data, is_trained, made_by};
use crate::figures::vae as figures;
use crate::models::frames::FrameBatches;
use crate::models::vae::{Vae, VaeConfig};
use anyhow::{Result, ensure};
use common::cli::Context;
use common::device;
use common::keras::{Adam, Optimizer};
use common::training::{ExperimentConfig, FitConfig, Plan, Preset, Run, TrainState, Training, ensure_positive};
use serde::{Deserialize, Serialize};
use tch::Device;

/// The section of the run folder, and the end of its name.
const RUN: [&str; 2] = ["vae", "car_racing"];

/// Hyper-parameters of 08_02.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Config {
    /// The net and its loss.
    pub vae: VaeConfig,
    /// Adam's learning rate.
    pub learning_rate: f64,
    /// Episodes whose frames are in memory, and shuffled, at a time.
    pub episodes_in_memory: usize,
    /// Batch size and epochs.
    #[serde(flatten)]
    pub fit: FitConfig,
}

impl ExperimentConfig for Config {
    fn preset(preset: Preset) -> Config {
        let book = Config {
            vae: VaeConfig::book(),
            learning_rate: 1e-4,
            episodes_in_memory: 20,
            fit: FitConfig::new(100, 10),
        };
        match preset {
            Preset::Book => book,
            // Ten times fewer episodes, so the learning rate is higher.
            Preset::Quick => Config { learning_rate: 5e-4, fit: FitConfig::new(100, 2), ..book },
            Preset::Smoke => Config { episodes_in_memory: 2, fit: FitConfig::new(16, 1), ..book },
        }
    }

    fn check(&self) -> Result<()> {
        self.vae.check()?;
        ensure_positive("learning_rate", self.learning_rate)?;
        ensure!((1..=1000).contains(&self.episodes_in_memory), "episodes_in_memory must lie between 1 and 1000");
        self.fit.check(1..=4096)
    }
}

/// Trains, and draws the figures.
pub fn run(context: &Context) -> Result<()> {
    let (run, vae) = trained(context)?;
    let figures = context.figures(&run);
    figures::loss(&figures)?;
    let (rollouts, _) = generate_data::last(context)?;
    let plan = rollouts.params.config.plan(rollouts.params.seed);
    figures::reconstructions(&figures, &vae, &plan)?;
    figures::samples(&figures, &vae, run.params.config.vae.z_dim)?;
    figures::latents(&figures, &vae, &plan)
}

/// Trains V, or resumes.
///
/// # Errors
/// There are no episodes, or as [`Training::next`].
pub fn trained(context: &Context) -> Result<(Run<Config>, Vae)> {
    let (rollouts_run, rollouts) = generate_data::last(context)?;
    let run = context.training_run::<Config>(RUN[0], RUN[1], made_by(&rollouts_run)?)?;
    let (config, seed) = (&run.params.config, run.params.seed);
    let steps = rollouts_run.params.config.steps;
    let mut batches = FrameBatches::new(rollouts, steps, config.fit.batch_size, config.episodes_in_memory, seed)?;

    device::seed(&[seed]);
    let vae = Vae::new(&config.vae, context.device())?;
    run.folder.plot_model(&[&vae.encoder, &vae.decoder, &vae.model])?;
    let mut optimizer = Optimizer::for_variables(&vae.variables, Adam::new(config.learning_rate));
    let plan = Plan { epochs: config.fit.epochs, batches: batches.per_epoch(), seed };
    let state = TrainState::new(&vae.variables).optimizer("adam", &optimizer);
    let mut training = Training::start(&run.folder, plan, state)?.keeping_steps()?;
    while let Some(step) = training.next()? {
        let x = batches.at(step, context.device())?;
        let losses = vae.train_step(&x, &mut optimizer);
        let losses: Vec<_> = losses.iter().map(|(name, loss)| (*name, loss)).collect();
        training.record(x.size()[0], &losses);
    }
    Ok((run, vae))
}

/// V, as trained last with this preset.
///
/// # Errors
/// It is not trained.
pub fn last(context: &Context, device: Device) -> Result<(Run<Config>, Vae)> {
    let run = last_run(context)?;
    let vae = open(&run, device)?;
    Ok((run, vae))
}

/// The run of V that was trained last with this preset.
///
/// # Errors
/// There is none.
pub fn last_run(context: &Context) -> Result<Run<Config>> {
    context.earlier_run::<Config>("08_02", RUN, is_trained)
}

/// V with the weights of a run.
///
/// # Errors
/// The weights are missing or damaged.
pub fn open(run: &Run<Config>, device: Device) -> Result<Vae> {
    let vae = Vae::new(&run.params.config.vae, device)?;
    run.folder.load_weights(&vae.variables)?;
    Ok(vae)
}
