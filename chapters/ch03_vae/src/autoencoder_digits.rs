//! 03_01 and 03_02: the autoencoder on digits (pp. 94-104).

use crate::autoencoder::Autoencoder;
use crate::digits::{self, Latent};
use crate::figures;
use crate::fit::{Fit, fit, plot_model};
use crate::net::NetConfig;
use anyhow::{Result, ensure};
use common::cli::Context;
use common::datasets::mnist;
use common::device;
use common::training::{Checkpointed, ExperimentConfig, Preset, Run};
use serde::{Deserialize, Serialize};
use tch::Tensor;

/// Hyper-parameters of 03_01.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The net.
    pub net: NetConfig,
    /// Training digits that are used, from the first on.
    pub digits: i64,
    /// Adam's learning rate.
    pub learning_rate: f64,
    /// Digits in a step.
    pub batch_size: i64,
    /// Times that all digits are seen.
    pub epochs: u64,
    /// Batches between two images saved while training.
    pub print_every_n_batches: u64,
}

impl ExperimentConfig for Config {
    fn preset(preset: Preset) -> Config {
        let book = Config {
            net: NetConfig::digits(),
            digits: 1000,
            learning_rate: 0.0005,
            batch_size: 32,
            epochs: 200,
            print_every_n_batches: 100,
        };
        match preset {
            Preset::Book => book,
            Preset::Quick => Config { epochs: 100, ..book },
            Preset::Smoke => Config { digits: 96, epochs: 3, ..book },
        }
    }

    fn check(&self) -> Result<()> {
        self.net.check()?;
        ensure!(self.net.input_dim == [28, 28, 1], "net.input_dim: digits are [28, 28, 1]");
        ensure!((1..=60_000).contains(&self.digits), "digits must lie between 1 and 60000");
        self.fit(0).check(self.learning_rate)
    }
}

impl Config {
    fn fit(&self, seed: u64) -> Fit {
        let Config { batch_size, epochs, print_every_n_batches: sample_every, .. } = *self;
        Fit { batch_size, epochs, seed, sample_every }
    }
}

/// 03_01: trains the autoencoder.
pub fn train(context: &Context) -> Result<()> {
    let data = context.data("mnist")?;
    let run = context.training_run::<Config>("autoencoder", "digits", &data)?;
    let config = &run.params.config;
    let x_train = mnist::train(&data.dir)?.first(config.digits).images.to_device(context.device());

    device::seed(&[run.params.seed]);
    let mut model = Autoencoder::new(&config.net, context.device());
    plot_model(&model, &run.folder)?;
    model.compile(config.learning_rate);
    fit(&mut model, &x_train, &run.folder, config.fit(run.params.seed))?;

    figures::loss_curves(context, &run, "Mean squared error of the autoencoder while it trains.")?;
    figures::training_strip(context, &run, digits::STRIP)
}

/// 03_02: looks at its latent space.
pub fn analyse(context: &Context) -> Result<()> {
    let (run, model) = trained(context)?;
    let _no_grad = tch::no_grad_guard();
    let latent = digits::encode_test_digits(context, &run, &model)?;
    digits::reconstructions(context, &run, &model, &latent)?;
    digits::latent_space(context, &run, &latent)?;
    new_digits(context, &run, &model, &latent)?;
    digits::by_digit(context, &run, &latent)?;
    grid(context, &run, &model, &latent)
}

/// The run to analyse, and its model with trained weights.
pub fn trained(context: &Context) -> Result<(Run<Config>, Autoencoder)> {
    let run = context.trained_run::<Config>("autoencoder", "digits", "mnist")?;
    let model = Autoencoder::new(&run.params.config.net, context.device());
    context.load_weights(&run, model.variables())?;
    digits::ensure_plane(&run.params.config.net)?;
    device::seed(&[run.params.seed]);
    Ok((run, model))
}

/// 30 digits decoded from points of the box around the digits' points.
pub fn new_digits(context: &Context, run: &Run<Config>, model: &Autoencoder, latent: &Latent) -> Result<()> {
    // 30 points drawn uniformly from the bounding box of the digits' points (p. 102).
    let (low, high) = corners(latent);
    let new = &low + (&high - &low) * Tensor::rand([30, 2], (latent.z.kind(), latent.z.device()));
    let caption = "Red: 30 points drawn uniformly from the box around the digits' points. Below: what they decode to. \
                   Some fall into gaps, where the decoder has never been.";
    digits::new_digits(context, run, model, latent, &new, 10, caption)
}

/// 400 points over the box around the digits' points, and the digits decoded from them.
pub fn grid(context: &Context, run: &Run<Config>, model: &Autoencoder, latent: &Latent) -> Result<()> {
    let (low, high) = corners(latent);
    let end = |corner: &Tensor, axis| corner.double_value(&[axis]);
    let xs = digits::linspace(end(&low, 0), end(&high, 0), 20);
    let ys = digits::linspace(end(&high, 1), end(&low, 1), 20);
    let caption = "A grid of 20 x 20 points over the range of the digits' points.";
    digits::grid(context, run, model, latent, &xs, &ys, caption)
}

/// The lower left and the upper right corner of the box around the digits' points: `[2]` each.
fn corners(latent: &Latent) -> (Tensor, Tensor) {
    (latent.z.amin([0], false), latent.z.amax([0], false))
}
