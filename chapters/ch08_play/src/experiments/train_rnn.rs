//! 08_04: a recurrent net learns what comes next (pp. 294-302).

use super::{ensure_made_of, is_trained, made_by, rnn_data, train_vae};
use crate::figures::rnn as figures;
use crate::models::Series;
use crate::models::mdn_rnn::{MdnRnn, MdnRnnConfig};
use anyhow::{Result, ensure};
use common::cli::Context;
use common::device;
use common::keras::{Adam, Optimizer};
use common::training::{ExperimentConfig, FitConfig, Plan, Preset, Run, TrainState, Training, ensure_positive};
use rand::SeedableRng;
use rand::seq::index::sample;
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};
use tch::{Device, Tensor};

/// The section of the run folder, and the end of its name.
const RUN: [&str; 2] = ["mdn_rnn", "car_racing"];
/// Held-out episodes whose loss is measured, at most.
const EVALUATED: i64 = 50;

/// Hyper-parameters of 08_04.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Config {
    /// The net.
    pub rnn: MdnRnnConfig,
    /// Adam's learning rate.
    pub learning_rate: f64,
    /// Steps of training in what the history calls an epoch.
    pub steps_per_epoch: u64,
    /// The part of the episodes that is held out, of 1.
    pub validation_split: f64,
    /// Whole episodes in a batch, and epochs.
    #[serde(flatten)]
    pub fit: FitConfig,
}

impl ExperimentConfig for Config {
    fn preset(preset: Preset) -> Config {
        let book = Config {
            rnn: MdnRnnConfig::book(),
            learning_rate: 1e-3,
            steps_per_epoch: 100,
            validation_split: 0.05,
            fit: FitConfig::new(100, 40),
        };
        match preset {
            Preset::Book => book,
            Preset::Quick => Config { steps_per_epoch: 20, fit: FitConfig::new(50, 20), ..book },
            Preset::Smoke => Config { steps_per_epoch: 2, validation_split: 0.2, fit: FitConfig::new(2, 2), ..book },
        }
    }

    fn check(&self) -> Result<()> {
        self.rnn.check()?;
        ensure!(self.rnn.action_dim == 3, "rnn.action_dim must be 3: steering, gas and brake");
        ensure_positive("learning_rate", self.learning_rate)?;
        ensure!((1..=100_000).contains(&self.steps_per_epoch), "steps_per_epoch must lie between 1 and 100000");
        ensure!((0.0..0.9).contains(&self.validation_split), "validation_split must lie between 0 and 0.9");
        self.fit.check(1..=4096)
    }
}

/// Trains, and draws the figures.
pub fn run(context: &Context) -> Result<()> {
    let (run, rnn, held_out) = trained(context)?;
    let figures = context.figures(&run);
    figures::loss(&figures)?;
    let (_, vae) = train_vae::last(context, context.device())?;
    figures::next_frames(&figures, &vae, &rnn, &held_out)?;
    figures::temperatures(&figures, &vae, &rnn, &held_out)
}

/// Trains M, or resumes. Returns the held-out episodes, too.
///
/// # Errors
/// There are no encoded episodes, or as [`Training::next`].
pub fn trained(context: &Context) -> Result<(Run<Config>, MdnRnn, Series)> {
    let (series_run, series) = rnn_data::last(context)?;
    let z_dim = series.mu.size()[2];
    let fits = context.config::<Config>()?.rnn.z_dim == z_dim;
    ensure!(fits, "V has {z_dim} latent dimensions: add --set rnn.z_dim={z_dim}");
    let run = context.training_run::<Config>(RUN[0], RUN[1], made_by(&series_run)?)?;
    let (config, seed) = (&run.params.config, run.params.seed);
    let (learned, held_out) = split(&series, config.validation_split)?;
    let batch_size = config.fit.batch_size.min(learned.episodes()) as usize;

    device::seed(&[seed]);
    let rnn = MdnRnn::new(&config.rnn, context.device())?;
    run.folder.plot_model(&[&rnn.model])?;
    let mut optimizer = Optimizer::for_variables(&rnn.variables, Adam::new(config.learning_rate));
    let plan = Plan { epochs: config.fit.epochs, batches: config.steps_per_epoch, seed };
    let state = TrainState::new(&rnn.variables).optimizer("adam", &optimizer);
    let mut training = Training::start(&run.folder, plan, state)?;
    while let Some(step) = training.next()? {
        // The book's script draws the episodes of each batch from all of them.
        let mut random = ChaCha8Rng::seed_from_u64(device::mix(&[seed, 4, step.number]));
        let rows: Vec<i64> =
            sample(&mut random, learned.episodes() as usize, batch_size).iter().map(|row| row as i64).collect();
        let batch = learned.batch(&Tensor::from_slice(&rows), context.device());
        let [loss, z_loss, reward_loss] = rnn.train_step(&batch, &mut optimizer);
        training.record(rows.len() as i64, &[("loss", &loss), ("z_loss", &z_loss), ("reward_loss", &reward_loss)]);
        if training.ends_epoch(step) {
            let [loss, z_loss, reward_loss] = evaluate(&rnn, &held_out, context.device());
            training.record_validation(&[("val_loss", loss), ("val_z_loss", z_loss), ("val_reward_loss", reward_loss)]);
        }
    }
    Ok((run, rnn, held_out))
}

/// The episodes to learn from, and those held out: the first ones, at least one.
fn split(series: &Series, part: f64) -> Result<(Series, Series)> {
    let all = series.episodes();
    let held_out = ((all as f64 * part) as i64).max(1);
    ensure!(all > held_out, "M needs at least two episodes, not {all}");
    Ok((series.range(held_out, all), series.range(0, held_out)))
}

/// Losses on held-out episodes.
fn evaluate(rnn: &MdnRnn, held_out: &Series, device: Device) -> [f64; 3] {
    let _no_grad = tch::no_grad_guard();
    let rows: Vec<i64> = (0..held_out.episodes().min(EVALUATED)).collect();
    let batch = held_out.batch(&Tensor::from_slice(&rows), device);
    rnn.losses(&batch, false).map(|loss| loss.double_value(&[]))
}

/// The run of M that was trained last with this preset.
///
/// # Errors
/// There is none, or it learned from other episodes than the last ones, or with another V.
pub fn last_run(context: &Context) -> Result<Run<Config>> {
    let run = context.earlier_run::<Config>("08_04", RUN, is_trained)?;
    ensure_made_of(&run, &made_by(&rnn_data::last_run(context)?)?, "the weights of M")?;
    Ok(run)
}

/// M with the weights of a run.
///
/// # Errors
/// The weights are missing or damaged.
pub fn open(run: &Run<Config>, device: Device) -> Result<MdnRnn> {
    let rnn = MdnRnn::new(&run.params.config.rnn, device)?;
    run.folder.load_weights(&rnn.variables)?;
    Ok(rnn)
}
