//! 04_03: the WGAN-GP on faces (pp. 152-158).

use crate::figures;
use crate::fit::{Fit, Trained, fit, plot_model};
use crate::net::NetConfig;
use crate::real_images::{RealImages, Source};
use crate::wgangp::WganGp;
use anyhow::{Result, ensure};
use common::cli::Context;
use common::datasets::celeba::CelebA;
use common::device;
use common::training::{ExperimentConfig, Preset};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Hyper-parameters of 04_03.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The nets.
    pub net: NetConfig,
    /// Adam's learning rate for both nets.
    pub learning_rate: f64,
    /// Steps of the critic for each one of the generator.
    pub n_critic: u64,
    /// Weight of the gradient penalty.
    pub grad_weight: f64,
    /// Faces that are trained on, from the first on; all if there are fewer.
    pub faces: usize,
    /// Faces in a batch.
    pub batch_size: i64,
    /// Iterations, which the book calls epochs.
    pub epochs: u64,
    /// Iterations between two samples saved while training.
    pub print_every_n_batches: u64,
}

impl ExperimentConfig for Config {
    fn preset(preset: Preset) -> Config {
        let book = Config {
            net: NetConfig::faces(),
            learning_rate: 2e-4,
            n_critic: 5,
            grad_weight: 10.0,
            faces: 202_599,
            batch_size: 64,
            epochs: 6000,
            print_every_n_batches: 5,
        };
        match preset {
            Preset::Book => book,
            Preset::Quick => Config { faces: 16_000, batch_size: 16, epochs: 300, ..book },
            Preset::Smoke => Config { faces: 40, batch_size: 4, epochs: 2, print_every_n_batches: 1, ..book },
        }
    }

    fn check(&self) -> Result<()> {
        self.net.check()?;
        ensure!(self.net.input_dim[2] == 3, "faces have 3 channels, not {}", self.net.input_dim[2]);
        ensure!((1..=100).contains(&self.n_critic), "n_critic must lie between 1 and 100");
        ensure!(self.grad_weight.is_finite() && self.grad_weight >= 0.0, "grad_weight must be 0 or more");
        ensure!((1..=202_599).contains(&self.faces), "faces must lie between 1 and 202599");
        self.fit(0).check(&[self.learning_rate])
    }
}

impl Config {
    fn fit(&self, seed: u64) -> Fit {
        let Config { batch_size, epochs, print_every_n_batches: sample_every, .. } = *self;
        Fit { batch_size, epochs, seed, sample_every }
    }
}

/// 04_03: trains the WGAN-GP and looks at what it makes.
pub fn train(context: &Context) -> Result<()> {
    let trained = trained(context)?;
    figures::loss_curves(context, &trained)?;
    figures::after_training(context, &trained)
}

/// The trained WGAN-GP.
pub fn trained(context: &Context) -> Result<Trained<Config, WganGp>> {
    let data = context.data("celeba")?;
    let set = CelebA::open(&data.dir)?;
    let run = context.training_run::<Config>("wgangp", "faces", &data)?;
    let (config, seed) = (&run.params.config, run.params.seed);
    let [height, width, _] = config.net.input_dim.map(|n| n as usize);
    let files = Arc::new(set.images(config.faces, height, width)?);

    device::seed(&[seed]);
    let mut wgan =
        WganGp::new(&config.net, config.learning_rate, config.n_critic, config.grad_weight, context.device());
    plot_model(&wgan, &run.folder)?;
    let x_train = RealImages::new(Source::Disk(files.clone()), config.batch_size, seed, context.device());
    fit(&mut wgan, x_train, &run.folder, config.fit(seed))?;
    let features = context.image_features()?.map(|net| Box::new(net) as _);
    Ok(Trained { run, model: wgan, real: Source::Disk(files), features })
}
