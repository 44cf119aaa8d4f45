//! 07_04: MuseGAN learns to compose chorales (pp. 258-268).

use crate::figures::musegan_training as figures;
use crate::models::bars;
use crate::models::musegan::{MuseGan, NetConfig, Noise};
use anyhow::{Context as _, Result, ensure};
use common::cli::Context;
use common::datasets::jsb_chorales::{JsbChorales, Step};
use common::music::{Score, midi};
use common::training::{ExperimentConfig, FitConfig, Plan, Preset, Run, RunFolder, Training, ensure_positive};
use common::{device, files, say};
use data::DataSet;
use serde::{Deserialize, Serialize};
use std::path::PathBuf;
use tch::{Device, Tensor};

/// Iterations after which samples are shown, besides the last one.
pub const SHOWN: [u64; 5] = [1, 100, 300, 1000, 3000];
/// Samples that are saved during training, as in the book.
pub const SAMPLES: i64 = 5;

/// The section of the run folder, and the end of its name.
const RUN: [&str; 2] = ["musegan", "chorales"];
const FILE: &str = "Jsb16thSeparated.npz";

/// Hyper-parameters of 07_04.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Config {
    /// The nets.
    pub net: NetConfig,
    /// Adam's learning rate for the critic.
    pub critic_learning_rate: f64,
    /// Adam's learning rate for the generator.
    pub generator_learning_rate: f64,
    /// Critic steps per generator step.
    pub n_critic: u64,
    /// Weight of the gradient penalty.
    pub grad_weight: f64,
    /// Batch size, iterations (the book calls them epochs), and how often samples are saved.
    #[serde(flatten)]
    pub fit: FitConfig,
}

impl ExperimentConfig for Config {
    fn preset(preset: Preset) -> Config {
        let book = Config {
            net: NetConfig::book(),
            critic_learning_rate: 1e-3,
            generator_learning_rate: 1e-3,
            n_critic: 5,
            grad_weight: 10.0,
            fit: FitConfig::new(64, 6000).print_every_n_batches(10),
        };
        match preset {
            Preset::Book => book,
            Preset::Quick => Config { fit: FitConfig { batch_size: 16, epochs: 600, ..book.fit }, ..book },
            Preset::Smoke => {
                let net = NetConfig {
                    z_dim: 4,
                    temporal_filters: 8,
                    bar_units: 16,
                    bar_filters: [8; 4],
                    critic_filters: [8; 8],
                    critic_units: 16,
                    ..book.net
                };
                Config { net, fit: FitConfig::new(4, 2).print_every_n_batches(1), ..book }
            }
        }
    }

    fn check(&self) -> Result<()> {
        MuseGan::new(&self.net, self.n_critic, self.grad_weight, Device::Cpu)?;
        ensure!((1..=100).contains(&self.n_critic), "n_critic must lie between 1 and 100");
        ensure!(self.grad_weight.is_finite() && self.grad_weight >= 0.0, "grad_weight must be 0 or more");
        ensure_positive("critic_learning_rate", self.critic_learning_rate)?;
        ensure_positive("generator_learning_rate", self.generator_learning_rate)?;
        self.fit.check(2..=4096)
    }
}

/// Trained nets with their run and their data.
#[derive(Debug)]
pub struct Trained {
    /// The run.
    pub run: Run<Config>,
    /// The chorales.
    pub chorales: JsbChorales,
    /// The bars that the nets learned, `[pieces][n_bars · 16]`.
    pub pieces: Vec<Vec<Step>>,
    /// The same as the critic sees them, `[pieces, n_bars, 16, n_pitches, tracks]`.
    pub scores: Tensor,
    /// The nets.
    pub gan: MuseGan,
}

/// 07_04: trains, and draws the figures.
pub fn run(context: &Context) -> Result<()> {
    let trained = trained(context)?;
    let figures = context.figures(&trained.run);
    figures::losses(&figures)?;
    figures::samples(&figures)
}

/// Trains MuseGAN, or resumes.
///
/// # Errors
/// Data is missing or unfit, or as [`MuseGan::train`].
pub fn trained(context: &Context) -> Result<Trained> {
    let set = context.data("jsb_chorales")?;
    let _ = prepared(&set, &context.config::<Config>()?.net)?; // data that is refused leaves no run behind
    let run = context.training_run::<Config>(RUN[0], RUN[1], &set)?;
    let (config, seed) = (&run.params.config, run.params.seed);
    let (chorales, pieces, scores) = prepared(&set, &config.net)?;
    let scores = scores.to_device(context.device());
    say!("{} pieces of {} bars in four voices", pieces.len(), config.net.n_bars);

    device::seed(&[seed]);
    let gan = MuseGan::new(&config.net, config.n_critic, config.grad_weight, context.device())?;
    run.folder.plot_model(&gan.models())?;
    let mut optimizers = gan.optimizers(config.critic_learning_rate, config.generator_learning_rate);
    let plan = Plan { epochs: config.fit.epochs, batches: 1, seed }; // an epoch is one iteration
    let mut training = Training::start(&run.folder, plan, optimizers.state(&gan))?;
    device::seed(&[seed, 1]);
    let noise = gan.noise(SAMPLES);
    gan.train(&scores, config.fit.batch_size, &mut optimizers, &mut training, |iteration| {
        let due = config.fit.samples_due(iteration) || SHOWN.contains(&iteration) || iteration == config.fit.epochs;
        if due { save_samples(&run.folder, iteration, &gan, &noise) } else { Ok(()) }
    })?;
    Ok(Trained { run, chorales, pieces, scores, gan })
}

/// The nets that were trained last.
///
/// # Errors
/// There are none, or their data is not available.
pub fn last_trained(context: &Context) -> Result<Trained> {
    let run = context.trained_run::<Config>(RUN[0], RUN[1], "jsb_chorales")?;
    let config = &run.params.config;
    let (chorales, pieces, scores) = prepared(&context.data_of(&run)?, &config.net)?;
    let scores = scores.to_device(context.device());
    let gan = MuseGan::new(&config.net, config.n_critic, config.grad_weight, context.device())?;
    context.load_weights(&run, &gan.variables)?;
    Ok(Trained { run, chorales, pieces, scores, gan })
}

/// The chorales, and their first bars in both forms.
fn prepared(set: &DataSet, net: &NetConfig) -> Result<(JsbChorales, Vec<Vec<Step>>, Tensor)> {
    let chorales = JsbChorales::read(&set.file(FILE))?;
    let pieces = bars::first_bars(&chorales.train, net.n_bars);
    ensure!(!pieces.is_empty(), "no piece is longer than {} bars: choose fewer with --set net.n_bars", net.n_bars);
    let scores = bars::one_hot(&pieces, net.n_pitches)?;
    Ok((chorales, pieces, scores))
}

/// The MIDI file of a sample.
fn sample_file(folder: &RunFolder, iteration: u64, number: usize) -> PathBuf {
    folder.path.join(format!("samples/sample_{iteration:05}_{number}.mid"))
}

/// Saves samples, always of the same noise: the book's `sample_images`.
fn save_samples(folder: &RunFolder, iteration: u64, gan: &MuseGan, noise: &Noise) -> Result<()> {
    for (number, steps) in bars::steps(&gan.scores(noise))?.iter().enumerate() {
        let score = bars::to_score(steps)?;
        files::write(&sample_file(folder, iteration, number), &midi::write(&score)?)?;
    }
    Ok(())
}

/// A sample that was saved.
///
/// # Errors
/// The file cannot be read.
pub fn saved_sample(folder: &RunFolder, iteration: u64, number: usize) -> Result<Score> {
    let path = sample_file(folder, iteration, number);
    let bytes = std::fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
    midi::read(&bytes).with_context(|| path.display().to_string())
}
