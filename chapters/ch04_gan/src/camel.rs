//! 04_01: the GAN on drawings of camels (pp. 129-145).

use crate::figures;
use crate::fit::{Fit, Trained, fit, plot_model};
use crate::gan::{Gan, LearningRates};
use crate::net::NetConfig;
use crate::quality;
use crate::real_images::{RealImages, Source};
use anyhow::{Result, ensure};
use common::cli::Context;
use common::datasets::quickdraw;
use common::device;
use common::training::{ExperimentConfig, Preset};
use serde::{Deserialize, Serialize};

/// Hyper-parameters of 04_01.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The nets.
    pub net: NetConfig,
    /// RMSprop's learning rates.
    pub learning_rates: LearningRates,
    /// What is drawn: a category of Quick, Draw!.
    pub category: String,
    /// Drawings that are trained on, from the first on. Where there are fewer, those are drawn again, a little
    /// differently, until there are enough.
    pub drawings: i64,
    /// Drawings in a batch.
    pub batch_size: i64,
    /// Iterations, which the book calls epochs.
    pub epochs: u64,
    /// Iterations between two samples saved while training.
    pub print_every_n_batches: u64,
}

impl ExperimentConfig for Config {
    fn preset(preset: Preset) -> Config {
        let book = Config {
            net: NetConfig::drawings(),
            learning_rates: LearningRates { discriminator: 8e-4, generator: 4e-4 },
            category: "camel".to_string(),
            drawings: 80_000,
            batch_size: 64,
            epochs: 6000,
            print_every_n_batches: 50,
        };
        match preset {
            Preset::Book => book,
            Preset::Quick => Config { drawings: 20_000, epochs: 1000, ..book },
            Preset::Smoke => Config { drawings: 40, batch_size: 8, epochs: 3, print_every_n_batches: 1, ..book },
        }
    }

    fn check(&self) -> Result<()> {
        self.net.check()?;
        ensure!(self.net.input_dim == [28, 28, 1], "net.input_dim: drawings are [28, 28, 1]");
        ensure!((1..=500_000).contains(&self.drawings), "drawings must lie between 1 and 500000");
        self.fit(0).check(&[self.learning_rates.discriminator, self.learning_rates.generator])
    }
}

impl Config {
    fn fit(&self, seed: u64) -> Fit {
        let Config { batch_size, epochs, print_every_n_batches: sample_every, .. } = *self;
        Fit { batch_size, epochs, seed, sample_every }
    }
}

/// 04_01: trains the GAN and looks at what it draws.
pub fn train(context: &Context) -> Result<()> {
    let trained = trained(context)?;
    figures::loss_curves(context, &trained)?;
    figures::accuracy_curves(context, &trained)?;
    figures::after_training(context, &trained)
}

/// The trained GAN.
pub fn trained(context: &Context) -> Result<Trained<Config, Gan>> {
    let category = context.config::<Config>()?.category;
    let data = context.data(&format!("quickdraw/{category}"))?;
    let run = context.training_run::<Config>("gan", &category.replace(' ', "_"), &data)?;
    let (config, seed) = (&run.params.config, run.params.seed);
    let features = quality::drawing_features(context, run.params.preset)?;
    let drawings = quickdraw::at_least(&data, config.drawings, seed)?;

    device::seed(&[seed]);
    let mut gan = Gan::new(&config.net, config.learning_rates, context.device());
    plot_model(&gan, &run.folder)?;
    let x_train = RealImages::new(Source::Memory(drawings.shallow_clone()), config.batch_size, seed, context.device());
    fit(&mut gan, x_train, &run.folder, config.fit(seed))?;
    Ok(Trained { run, model: gan, real: Source::Memory(drawings), features: Some(Box::new(features)) })
}
