//! 03_01 and 03_02: the autoencoder on digits (pp. 94-104).

use super::{OBSERVED, observed, trained_model};
use crate::figures::latent_space::{self, Latent};
use crate::figures::training;
use crate::models::{Autoencoder, LatentModel, NetConfig, fit};
use anyhow::{Result, ensure};
use common::cli::{Context, Figures};
use common::datasets::image_batches::ImageSource;
use common::datasets::mnist;
use common::device;
use common::keras::{Adam, Optimizer};
use common::training::{ExperimentConfig, FitConfig, Preset, Run, ensure_positive};
use serde::{Deserialize, Serialize};
use tch::{Device, Tensor};

/// Hyper-parameters of 03_01 (p. 99).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Config {
    /// The net.
    pub net: NetConfig,
    /// Number of training digits, from the first one on.
    pub digits: i64,
    /// Adam's learning rate.
    pub learning_rate: f64,
    /// Batch size, epochs, and how often sample images are saved.
    #[serde(flatten)]
    pub fit: FitConfig,
}

impl ExperimentConfig for Config {
    fn preset(preset: Preset) -> Config {
        let book = Config {
            net: NetConfig::digits(),
            digits: 1000,
            learning_rate: 0.0005,
            fit: FitConfig::new(32, 200).print_every_n_batches(100),
        };
        match preset {
            Preset::Book => book,
            Preset::Quick => Config { fit: FitConfig { epochs: 100, ..book.fit }, ..book },
            Preset::Smoke => Config { digits: 96, fit: FitConfig { epochs: 3, ..book.fit }, ..book },
        }
    }

    fn check(&self) -> Result<()> {
        Autoencoder::new(&self.net, Device::Cpu)?;
        ensure!(self.net.input_dim == [28, 28, 1], "net.input_dim: digits are [28, 28, 1]");
        ensure!((1..=60_000).contains(&self.digits), "digits must lie between 1 and 60000");
        ensure_positive("learning_rate", self.learning_rate)?;
        self.fit.check(1..=60_000)
    }
}

/// 03_01: trains the autoencoder.
pub fn train(context: &Context) -> Result<()> {
    let data = context.data("mnist")?;
    let run = context.training_run::<Config>("autoencoder", "digits", &data)?;
    let config = &run.params.config;
    let x_train = ImageSource::Memory(mnist::train(&data.dir)?.first(config.digits).images);

    device::seed(&[run.params.seed]);
    let model = Autoencoder::new(&config.net, context.device())?;
    run.folder.plot_model(&model.nets())?;
    let mut optimizer = Optimizer::for_variables(&model.variables, Adam::new(config.learning_rate));
    let observed = observed(context, &run, || Ok(mnist::test(&data.dir)?.first(OBSERVED).images))?;
    fit(&model, &mut optimizer, &x_train, observed.as_ref(), config.fit, &run.folder, run.params.seed)?;

    let figures = context.figures(&run);
    training::loss_curves(&figures, "Mean squared error of the autoencoder by epoch.")?;
    training::strip(&figures, latent_space::STRIP)
}

/// 03_02: analyses its latent space.
pub fn analyse(context: &Context) -> Result<()> {
    let (run, model) = trained(context)?;
    let figures = context.figures(&run);
    let _no_grad = tch::no_grad_guard();
    let latent = latent_space::encode_test_digits(&context.data_of(&run)?.dir, context.device(), &model)?;
    latent_space::reconstructions(&figures, &model, &latent)?;
    latent_space::points(&figures, &latent)?;
    new_digits(&figures, &model, &latent)?;
    latent_space::by_digit(&figures, &latent)?;
    grid(&figures, &model, &latent)
}

/// The run to analyse, and its model with trained weights.
pub fn trained(context: &Context) -> Result<(Run<Config>, Autoencoder)> {
    let run = context.trained_run::<Config>("autoencoder", "digits", "mnist")?;
    let model = trained_model(context, &run, Autoencoder::new(&run.params.config.net, context.device())?)?;
    latent_space::ensure_plane(&run.params.config.net)?;
    Ok((run, model))
}

/// 30 digits decoded from points in the bounding box of the latent points.
pub fn new_digits(figures: &Figures, model: &Autoencoder, latent: &Latent) -> Result<()> {
    // 30 points sampled uniformly from the bounding box of the latent points (p. 102).
    let (low, high) = corners(latent);
    let new = &low + (&high - &low) * Tensor::rand([30, 2], (latent.z.kind(), latent.z.device()));
    let caption = "Red: 30 points sampled uniformly from the bounding box of the latent points. Below: the decoded \
                   images. Points in gaps decode to shapes that are no digits.";
    latent_space::new_digits(figures, model, latent, &new, 10, caption)
}

/// 400 points over the bounding box of the latent points, and the digits decoded from them.
pub fn grid(figures: &Figures, model: &Autoencoder, latent: &Latent) -> Result<()> {
    let (low, high) = corners(latent);
    let end = |corner: &Tensor, axis| corner.double_value(&[axis]);
    let xs = latent_space::linspace(end(&low, 0), end(&high, 0), 20);
    let ys = latent_space::linspace(end(&high, 1), end(&low, 1), 20);
    let caption = "A grid of 20 x 20 points over the range of the latent points.";
    latent_space::grid(figures, model, latent, &xs, &ys, caption)
}

/// The lower left and the upper right corner of the bounding box of the latent points: `[2]` each.
fn corners(latent: &Latent) -> (Tensor, Tensor) {
    (latent.z.amin([0], false), latent.z.amax([0], false))
}
