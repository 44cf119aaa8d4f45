//! 04_01: the GAN on drawings of camels (pp. 129-145).

use super::{Trained, save_samples};
use crate::figures;
use crate::models::{Gan, Iterations, LearningRates, NetConfig, Optimizers};
use anyhow::{Result, ensure};
use common::cli::Context;
use common::datasets::image_batches::ImageSource;
use common::datasets::quickdraw;
use common::device;
use common::keras::RmsProp;
use common::training::{ExperimentConfig, FitConfig, Preset, ensure_positive};
use serde::{Deserialize, Serialize};
use tch::Device;

/// The section of the run folder.
const SECTION: &str = "gan";

/// Hyper-parameters of 04_01.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Config {
    /// The nets.
    pub net: NetConfig,
    /// RMSprop's learning rates.
    pub learning_rates: LearningRates,
    /// The category of Quick, Draw!.
    pub category: String,
    /// Number of training drawings, from the first one on; if there are fewer, they are augmented.
    pub drawings: i64,
    /// Batch size, iterations (the book calls them epochs), and how often sample images are saved.
    #[serde(flatten)]
    pub fit: FitConfig,
}

impl ExperimentConfig for Config {
    fn preset(preset: Preset) -> Config {
        let book = Config {
            net: NetConfig::drawings(),
            learning_rates: LearningRates { discriminator: 8e-4, generator: 4e-4 },
            category: "camel".to_string(),
            drawings: 80_000,
            fit: FitConfig::new(64, 6000).print_every_n_batches(50),
        };
        match preset {
            Preset::Book => book,
            Preset::Quick => Config { drawings: 20_000, fit: FitConfig { epochs: 1000, ..book.fit }, ..book },
            Preset::Smoke => Config { drawings: 40, fit: FitConfig::new(8, 3).print_every_n_batches(1), ..book },
        }
    }

    fn check(&self) -> Result<()> {
        Gan::new(&self.net, Device::Cpu)?;
        ensure!(self.net.input_dim == [28, 28, 1], "net.input_dim: drawings are [28, 28, 1]");
        ensure!((1..=500_000).contains(&self.drawings), "drawings must lie between 1 and 500000");
        ensure_positive("learning_rates.discriminator", self.learning_rates.discriminator)?;
        ensure_positive("learning_rates.generator", self.learning_rates.generator)?;
        self.fit.check(2..=4096)
    }
}

impl Config {
    /// The end of the run folder's name.
    fn short(&self) -> String {
        self.category.replace(' ', "_")
    }
}

/// 04_01: trains the GAN and draws its figures.
pub fn train(context: &Context) -> Result<()> {
    let trained = trained(context)?;
    let figures = context.figures(&trained.run);
    figures::loss_curves(&figures)?;
    figures::accuracy_curves(&figures)?;
    figures::after_training(&figures, &trained)
}

/// The trained GAN.
pub fn trained(context: &Context) -> Result<Trained<Config>> {
    let wanted = context.run_config_in::<Config>(SECTION, Config::short)?;
    let data = context.data(&format!("quickdraw/{}", wanted.category))?;
    let run = context.training_run::<Config>(SECTION, &wanted.short(), &data)?;
    let (config, seed) = (&run.params.config, run.params.seed);
    let features = figures::quality::drawing_features(context, run.params.preset)?;
    let real = ImageSource::Memory(quickdraw::at_least(&data, config.drawings, seed)?);

    device::seed(&[seed]);
    let gan = Gan::new(&config.net, context.device())?;
    run.folder.plot_model(&gan.networks.models())?;
    let LearningRates { discriminator, generator } = config.learning_rates;
    let optimizers = Optimizers::new(&gan.networks, RmsProp::new(discriminator), RmsProp::new(generator));
    let after = save_samples(&gan.networks, config.fit, &run.folder, seed);
    let mut iterations =
        Iterations::start(&gan.networks, optimizers, &real, 1, config.fit, (&run.folder, seed), after)?;
    gan.train(&mut iterations)?;
    let features = Some(Box::new(features) as _);
    // No FID: its net is for photographs.
    Ok(Trained { networks: gan.networks, real, held_out: None, features, fid_samples: None, run })
}
