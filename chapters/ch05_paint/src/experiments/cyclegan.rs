//! What 05_01 and 05_02 share: their hyper-parameters and how they train.

use crate::data::{Domains, Files};
use crate::figures::panels::Sampler;
use crate::models::{CycleGan, LossWeights, NetConfig};
use anyhow::{Context as _, Result, ensure};
use common::cli::Context;
use common::device;
use common::metrics::check_fid_samples;
use common::training::{ExperimentConfig, FitConfig, Plan, Preset, Run, RunFolder, Training, ensure_positive};
use serde::{Deserialize, Serialize};
use std::marker::PhantomData;
use std::ops::Deref;
use std::path::PathBuf;
use tch::Device;

/// The section of the run folder.
const SECTION: &str = "paint";

/// Hyper-parameters of a CycleGAN: the book's arguments of `CycleGAN` and of its `train`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Config {
    /// The nets.
    pub net: NetConfig,
    /// Weights of the generators' losses: `lambda_validation`, `lambda_reconstr`, `lambda_id` in the book.
    pub weights: LossWeights,
    /// Adam's learning rate for all nets.
    pub learning_rate: f64,
    /// Number of fakes that a discriminator's buffer holds.
    pub buffer_max_length: i64,
    /// Number of training images of each domain, evenly spaced; all if there are fewer.
    pub images: usize,
    /// The same of the test images, which numbers and contact sheets are made from.
    pub test_images: usize,
    /// Number of translated test images of the FID; `null`: all.
    #[serde(default)] // older runs have no such key
    pub fid_samples: Option<i64>,
    /// A folder of the reader's own images for domain A, in place of the data set.
    pub a: Option<PathBuf>,
    /// The same for domain B.
    pub b: Option<PathBuf>,
    /// Batch size, epochs, and how often sample images are saved.
    #[serde(flatten)]
    pub fit: FitConfig,
}

/// One of the two experiments: its hyper-parameters.
pub trait Presets {
    /// Those of a preset.
    fn preset(preset: Preset) -> Config;
}

/// Hyper-parameters with the presets of an experiment.
#[derive(Debug, Serialize, Deserialize)]
#[serde(transparent, bound = "")]
pub struct ConfigOf<P> {
    config: Config,
    presets: PhantomData<P>,
}

impl<P> Deref for ConfigOf<P> {
    type Target = Config;

    fn deref(&self) -> &Config {
        &self.config
    }
}

impl<P: Presets> ExperimentConfig for ConfigOf<P> {
    fn preset(preset: Preset) -> ConfigOf<P> {
        ConfigOf { config: P::preset(preset), presets: PhantomData }
    }

    fn check(&self) -> Result<()> {
        self.config.check()
    }
}

impl Config {
    /// The book's, for these nets and weights: all images, 200 epochs.
    pub fn book(net: NetConfig, weights: LossWeights) -> Config {
        Config {
            net,
            weights,
            learning_rate: 2e-4,
            buffer_max_length: 50,
            images: 1_000_000,
            test_images: 1_000_000,
            fid_samples: None,
            a: None,
            b: None,
            fit: FitConfig::new(1, 200).print_every_n_batches(10),
        }
    }

    /// Validates the hyper-parameters.
    ///
    /// # Errors
    /// A value is invalid; the message names the key.
    pub fn check(&self) -> Result<()> {
        CycleGan::new(&self.net, self.weights, Device::Cpu).context("invalid net")?;
        let LossWeights { validation, reconstr, id } = self.weights;
        for (name, weight) in [("validation", validation), ("reconstr", reconstr), ("id", id)] {
            ensure!(weight.is_finite() && weight >= 0.0, "weights.{name} must be 0 or more");
        }
        ensure!(self.net.input_dim[2] == 3, "net.input_dim: images have 3 channels, not {}", self.net.input_dim[2]);
        ensure!((1..=1000).contains(&self.buffer_max_length), "buffer_max_length must lie between 1 and 1000");
        ensure!(self.buffer_max_length >= self.fit.batch_size, "buffer_max_length must be at least batch_size");
        ensure!((1..=1_000_000).contains(&self.images), "images must lie between 1 and 1000000");
        ensure!((1..=1_000_000).contains(&self.test_images), "test_images must lie between 1 and 1000000");
        ensure_positive("learning_rate", self.learning_rate)?;
        check_fid_samples(self.fid_samples)?;
        self.fit.check(1..=256)
    }
}

/// A trained CycleGAN with its run and its data.
#[derive(Debug)]
pub struct Trained<P> {
    /// The run.
    pub run: Run<ConfigOf<P>>,
    /// The nets.
    pub gan: CycleGan,
    /// The images.
    pub domains: Domains,
}

/// Trains a CycleGAN on a data set, or on the reader's own images. `test_images` are the names of the test images of A and B
/// that samples during training show.
pub fn trained<P: Presets>(context: &Context, set: &str, test_images: [&str; 2]) -> Result<Trained<P>> {
    let short = |config: &ConfigOf<P>| if config.a.is_some() { "own" } else { set }.to_string();
    let wanted = context.run_config_in(SECTION, short)?;
    let (files, info) = Files::find(context, set, [&wanted.a, &wanted.b])?;
    // Before a run is created: of the reader's own files perhaps none is an image.
    if wanted.a.is_some() {
        Domains::new(&files, wanted.net.input_dim, wanted.images, wanted.test_images)?.ensure_readable()?;
    }
    let run = context.training_run::<ConfigOf<P>>(SECTION, &short(&wanted), info)?;
    let config = &run.params.config;
    let domains = Domains::new(&files, config.net.input_dim, config.images, config.test_images)?;
    let gan = train(&run.params.config, &run.folder, &domains, test_images, run.params.seed, context.device())?;
    Ok(Trained { run, gan, domains })
}

/// Trains in a run folder, or resumes there.
pub fn train(
    config: &Config,
    folder: &RunFolder,
    domains: &Domains,
    test_images: [&str; 2],
    seed: u64,
    device: Device,
) -> Result<CycleGan> {
    device::seed(&[seed]);
    let gan = CycleGan::new(&config.net, config.weights, device)?;
    folder.plot_model(&gan.models())?;
    let FitConfig { batch_size, epochs, .. } = config.fit;
    let mut parts = gan.training_parts(config.learning_rate, config.buffer_max_length);
    let plan = Plan { epochs, batches: domains.batches_per_epoch(batch_size), seed };
    let mut training = Training::start(folder, plan, parts.state(&gan.variables))?.keeping_steps()?;
    let mut batches = domains.batches(batch_size, epochs, seed, training.steps_done(), device);
    let sampler = Sampler::new(domains, test_images, folder, seed, device)?;
    gan.train(&mut training, &mut batches, &mut parts, |step| match config.fit.samples_due(step.batch) {
        true => sampler.sample_images(&gan, step),
        false => Ok(()),
    })?;
    Ok(gan)
}
