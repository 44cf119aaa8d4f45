//! 03_03 and 03_04: the variational autoencoder on digits (pp. 106-115).

use crate::digits::{self, Latent};
use crate::figures;
use crate::fit::{Fit, fit, plot_model};
use crate::net::NetConfig;
use crate::vae::VariationalAutoencoder;
use anyhow::{Result, ensure};
use common::arrays::array2;
use common::cli::Context;
use common::datasets::mnist;
use common::device;
use common::plot::Figure;
use common::training::{Checkpointed, ExperimentConfig, Preset, Run};
use serde::{Deserialize, Serialize};
use tch::Tensor;

/// Hyper-parameters of 03_03.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The net.
    pub net: NetConfig,
    /// Weight of the reconstruction loss against the KL divergence.
    pub r_loss_factor: f64,
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
            r_loss_factor: 1000.0,
            digits: 60_000,
            learning_rate: 0.0005,
            batch_size: 32,
            epochs: 200,
            print_every_n_batches: 100,
        };
        match preset {
            Preset::Book => book,
            Preset::Quick => Config { epochs: 4, ..book },
            Preset::Smoke => Config { digits: 96, epochs: 3, ..book },
        }
    }

    fn check(&self) -> Result<()> {
        self.net.check()?;
        ensure!(self.net.input_dim == [28, 28, 1], "net.input_dim: digits are [28, 28, 1]");
        ensure!((1..=60_000).contains(&self.digits), "digits must lie between 1 and 60000");
        ensure!(self.r_loss_factor.is_finite() && self.r_loss_factor > 0.0, "r_loss_factor must be above 0");
        self.fit(0).check(self.learning_rate)
    }
}

impl Config {
    fn fit(&self, seed: u64) -> Fit {
        let Config { batch_size, epochs, print_every_n_batches: sample_every, .. } = *self;
        Fit { batch_size, epochs, seed, sample_every }
    }
}

/// 03_03: trains the variational autoencoder.
pub fn train(context: &Context) -> Result<()> {
    let data = context.data("mnist")?;
    let run = context.training_run::<Config>("vae", "digits", &data)?;
    let config = &run.params.config;
    let x_train = mnist::train(&data.dir)?.first(config.digits).images.to_device(context.device());

    device::seed(&[run.params.seed]);
    let mut model = VariationalAutoencoder::new(&config.net, config.r_loss_factor, context.device());
    plot_model(&model, &run.folder)?;
    model.compile(config.learning_rate);
    fit(&mut model, &x_train, &run.folder, config.fit(run.params.seed))?;

    let caption = "Losses of the variational autoencoder while it trains: the sum, the weighted mean squared error of \
                   the reconstructions, and the KL divergence.";
    figures::loss_curves(context, &run, caption)?;
    figures::training_strip(context, &run, digits::STRIP)
}

/// 03_04: looks at its latent space.
pub fn analyse(context: &Context) -> Result<()> {
    let (run, model) = trained(context)?;
    let _no_grad = tch::no_grad_guard();
    let latent = digits::encode_test_digits(context, &run, &model)?;
    digits::reconstructions(context, &run, &model, &latent)?;
    digits::latent_space(context, &run, &latent)?;
    new_digits(context, &run, &model, &latent)?;
    by_digit(context, &run, &latent)?;
    grid(context, &run, &model, &latent)
}

/// The run to analyse, and its model with trained weights.
pub fn trained(context: &Context) -> Result<(Run<Config>, VariationalAutoencoder)> {
    let run = context.trained_run::<Config>("vae", "digits", "mnist")?;
    let config = &run.params.config;
    let model = VariationalAutoencoder::new(&config.net, config.r_loss_factor, context.device());
    context.load_weights(&run, model.variables())?;
    digits::ensure_plane(&config.net)?;
    device::seed(&[run.params.seed]);
    Ok((run, model))
}

/// 30 digits decoded from points of N(0, I).
pub fn new_digits(context: &Context, run: &Run<Config>, model: &VariationalAutoencoder, latent: &Latent) -> Result<()> {
    let new = Tensor::randn([30, 2], (latent.z.kind(), latent.z.device()));
    let caption = "Red: 30 points drawn from N(0, I). Below: what they decode to. Nearly every point is a digit now.";
    digits::new_digits(context, run, model, latent, &new, 15, caption)
}

/// The points coloured by digit, and the same as p-values.
pub fn by_digit(context: &Context, run: &Run<Config>, latent: &Latent) -> Result<()> {
    // The normal distribution function turns the digits' points into the unit square, evenly if they are N(0, I).
    let (points, p_values) = (latent.points()?, array2(&latent.z.special_ndtr())?);
    let classes = latent.classes()?;
    let z = digits::scatter().title("z").with(digits::colored(&points, &classes));
    let p = digits::scatter().title("p-values of z").with(digits::colored(&p_values, &classes));
    let caption = "Points of the test set coloured by digit, and the same points as p-values: the latent distribution is \
                   near the standard normal one, and every digit has about its share of it.";
    context.figure(run, "latent_space_by_digit", caption, Figure::fitted(&[&[&z, &p]], 13.0)?)
}

/// 400 points at the quantiles of the normal distribution, and the digits decoded from them.
pub fn grid(context: &Context, run: &Run<Config>, model: &VariationalAutoencoder, latent: &Latent) -> Result<()> {
    let quantiles = |from, to| digits::linspace(from, to, 20).special_ndtri();
    let caption = "A grid of 20 x 20 points at the normal distribution's quantiles from 0.01 to 0.99.";
    digits::grid(context, run, model, latent, &quantiles(0.01, 0.99), &quantiles(0.99, 0.01), caption)
}
