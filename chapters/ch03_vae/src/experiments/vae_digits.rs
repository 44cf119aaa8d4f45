//! 03_03 and 03_04: the variational autoencoder on digits (pp. 106-115).

use super::{OBSERVED, observed, trained_model};
use crate::figures::latent_space::{self, Latent};
use crate::figures::training;
use crate::models::{LatentModel, NetConfig, VariationalAutoencoder, fit};
use anyhow::{Result, ensure};
use common::arrays::array2;
use common::cli::{Context, Figures};
use common::datasets::image_batches::ImageSource;
use common::datasets::mnist;
use common::device;
use common::keras::{Adam, Optimizer};
use common::plot::Figure;
use common::training::{ExperimentConfig, FitConfig, Preset, Run, ensure_positive};
use serde::{Deserialize, Serialize};
use tch::{Device, Tensor};

/// Hyper-parameters of 03_03.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Config {
    /// The net.
    pub net: NetConfig,
    /// Weight of the reconstruction loss against the KL divergence.
    pub r_loss_factor: f64,
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
            r_loss_factor: 1000.0,
            digits: 60_000,
            learning_rate: 0.0005,
            fit: FitConfig::new(32, 200).print_every_n_batches(100),
        };
        match preset {
            Preset::Book => book,
            Preset::Quick => Config { fit: FitConfig { epochs: 4, ..book.fit }, ..book },
            Preset::Smoke => Config { digits: 96, fit: FitConfig { epochs: 3, ..book.fit }, ..book },
        }
    }

    fn check(&self) -> Result<()> {
        VariationalAutoencoder::new(&self.net, self.r_loss_factor, Device::Cpu)?;
        ensure!(self.net.input_dim == [28, 28, 1], "net.input_dim: digits are [28, 28, 1]");
        ensure!((1..=60_000).contains(&self.digits), "digits must lie between 1 and 60000");
        ensure_positive("r_loss_factor", self.r_loss_factor)?;
        ensure_positive("learning_rate", self.learning_rate)?;
        self.fit.check(1..=60_000)
    }
}

/// 03_03: trains the variational autoencoder.
pub fn train(context: &Context) -> Result<()> {
    let data = context.data("mnist")?;
    let run = context.training_run::<Config>("vae", "digits", &data)?;
    let config = &run.params.config;
    let x_train = ImageSource::Memory(mnist::train(&data.dir)?.first(config.digits).images);

    device::seed(&[run.params.seed]);
    let model = VariationalAutoencoder::new(&config.net, config.r_loss_factor, context.device())?;
    run.folder.plot_model(&model.nets())?;
    let mut optimizer = Optimizer::for_variables(&model.variables, Adam::new(config.learning_rate));
    let observed = observed(context, &run, || Ok(mnist::test(&data.dir)?.first(OBSERVED).images))?;
    fit(&model, &mut optimizer, &x_train, observed.as_ref(), config.fit, &run.folder, run.params.seed)?;

    let figures = context.figures(&run);
    let caption = "Losses of the variational autoencoder by epoch: the sum, the weighted mean squared error of the \
                   reconstructions, and the KL divergence.";
    training::loss_curves(&figures, caption)?;
    training::strip(&figures, latent_space::STRIP)
}

/// 03_04: analyses its latent space.
pub fn analyse(context: &Context) -> Result<()> {
    let (run, model) = trained(context)?;
    let figures = context.figures(&run);
    let _no_grad = tch::no_grad_guard();
    let latent = latent_space::encode_test_digits(&context.data_of(&run)?.dir, context.device(), &model)?;
    latent_space::reconstructions(&figures, &model, &latent)?;
    latent_space::points(&figures, &latent)?;
    new_digits(&figures, &model, &latent)?;
    by_digit(&figures, &latent)?;
    grid(&figures, &model, &latent)
}

/// The run to analyse, and its model with trained weights.
pub fn trained(context: &Context) -> Result<(Run<Config>, VariationalAutoencoder)> {
    let run = context.trained_run::<Config>("vae", "digits", "mnist")?;
    let Config { net, r_loss_factor, .. } = &run.params.config;
    let model = trained_model(context, &run, VariationalAutoencoder::new(net, *r_loss_factor, context.device())?)?;
    latent_space::ensure_plane(net)?;
    Ok((run, model))
}

/// 30 digits decoded from points of N(0, I).
pub fn new_digits(figures: &Figures, model: &VariationalAutoencoder, latent: &Latent) -> Result<()> {
    let new = Tensor::randn([30, 2], (latent.z.kind(), latent.z.device()));
    let caption =
        "Red: 30 points sampled from N(0, I). Below: the decoded images. Nearly every point decodes to a digit.";
    latent_space::new_digits(figures, model, latent, &new, 15, caption)
}

/// The points coloured by digit, and their p-values.
pub fn by_digit(figures: &Figures, latent: &Latent) -> Result<()> {
    // The normal CDF maps latent points to the unit square, uniformly if they are N(0, I).
    let (points, p_values) = (latent.points()?, array2(&latent.z.special_ndtr())?);
    let classes = latent.classes()?;
    let z = latent_space::scatter().title("z").with(latent_space::colored(&points, &classes));
    let p = latent_space::scatter().title("p-values of z").with(latent_space::colored(&p_values, &classes));
    let caption = "Latent points of test digits coloured by digit, and the same points as p-values: the latent \
                   distribution is close to the standard normal one, and each digit covers a similar share of it.";
    figures.save("latent_space_by_digit", caption, Figure::fitted(&[&[&z, &p]], 13.0)?)
}

/// 400 points at the quantiles of the normal distribution, and the digits decoded from them.
pub fn grid(figures: &Figures, model: &VariationalAutoencoder, latent: &Latent) -> Result<()> {
    let quantiles = |from, to| latent_space::linspace(from, to, 20).special_ndtri();
    let caption = "A grid of 20 x 20 points at the quantiles 0.01 to 0.99 of the normal distribution.";
    latent_space::grid(figures, model, latent, &quantiles(0.01, 0.99), &quantiles(0.99, 0.01), caption)
}
