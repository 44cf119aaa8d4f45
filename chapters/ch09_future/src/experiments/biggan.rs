//! 09_07: BigGAN trades variety for fidelity (p. 333).

use super::labelled_training::{Labelled, LabelledSource, LabelledTraining};
use crate::figures::biggan as figures;
use crate::models::biggan::{BigGan, BigGanConfig};
use crate::models::labelled_images::classes_in_turn;
use crate::models::net_summary;
use crate::models::residual_nets::ResidualConfig;
use anyhow::Result;
use common::cli::Context;
use common::device;
use common::features::FeatureNet;
use common::samples::{SIDE, Sheet};
use common::training::{ExperimentConfig, FitConfig, Preset, Run, Training};
use serde::{Deserialize, Serialize};

/// The section of the run folder, and the end of its name.
const RUN: [&str; 2] = ["biggan", "images"];

/// Hyper-parameters of 09_07.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Config {
    /// The nets.
    pub gan: BigGanConfig,
    /// Images and length of training.
    #[serde(flatten)]
    pub training: LabelledTraining,
}

impl ExperimentConfig for Config {
    fn preset(preset: Preset) -> Config {
        let gan = BigGanConfig::paper();
        // Batches of 256; the paper's have 2,048 images, for which it takes 128 processors or more.
        let book = LabelledTraining {
            images: None,
            training_images: 50_000,
            held_out: 2000,
            fid_samples: None,
            steps_per_epoch: 1000,
            fit: FitConfig::new(256, 100).print_every_n_batches(1000),
        };
        match preset {
            Preset::Book => Config { gan, training: book },
            Preset::Quick => Config {
                gan: BigGanConfig {
                    nets: ResidualConfig {
                        generator: vec![96, 64, 48, 32],
                        discriminator: vec![32, 48, 64, 64],
                        ..gan.nets
                    },
                    embedding: 32,
                    // A hundred times fewer steps, so the learning rates are higher, and the average forgets sooner.
                    generator_learning_rate: 2e-4,
                    discriminator_learning_rate: 4e-4,
                    average_decay: 0.99,
                    ..gan
                },
                training: LabelledTraining {
                    training_images: 10_000,
                    steps_per_epoch: 20,
                    fit: FitConfig::new(16, 35).print_every_n_batches(50),
                    ..book
                },
            },
            Preset::Smoke => Config {
                gan: BigGanConfig {
                    nets: ResidualConfig { generator: vec![8; 4], discriminator: vec![8; 4], ..gan.nets },
                    z_part: 4,
                    embedding: 8,
                    ..gan
                },
                training: LabelledTraining {
                    training_images: 40,
                    held_out: 10,
                    steps_per_epoch: 1,
                    fit: FitConfig::new(4, 4).print_every_n_batches(2),
                    ..book
                },
            },
        }
    }

    fn check(&self) -> Result<()> {
        self.gan.check()?;
        self.training.check(self.gan.nets.side())
    }
}

/// A trained BigGAN.
#[derive(Debug)]
pub struct Trained {
    /// The run.
    pub run: Run<Config>,
    /// The nets.
    pub gan: BigGan,
    /// The images.
    pub images: Labelled,
}

/// 09_07: trains, and draws the figures.
pub fn run(context: &Context) -> Result<()> {
    let Trained { run, gan, images } = trained(context)?;
    let figures = context.figures(&run);
    let features = context.image_features()?;
    let features = features.as_ref().map(|net| net as &dyn FeatureNet);
    figures::draw(&figures, &gan, &run.params.config, &images, features)
}

/// Trains BigGAN, or resumes.
///
/// # Errors
/// Data is missing or unfit, or as [`BigGan::train`].
pub fn trained(context: &Context) -> Result<Trained> {
    let wanted = context.run_config::<Config>(RUN)?;
    let source = LabelledSource::find(context, wanted.training.images.as_deref())?;
    let run = context.training_run::<Config>(RUN[0], RUN[1], source.info.clone())?;
    let (Config { gan, training: config }, seed) = (&run.params.config, run.params.seed);
    let images = source.load(config, gan.nets.side())?;

    device::seed(&[seed]);
    let gan = BigGan::new(gan, images.sizes(), context.device())?;
    net_summary::save(&run.folder, &gan.summaries())?;
    let mut optimizers = gan.optimizers();
    let mut training = Training::start(&run.folder, config.plan(seed), optimizers.state(&gan.variables))?;
    device::seed(&[seed, 1]);
    let (z, classes) = (gan.noise(SIDE * SIDE), classes_in_turn(SIDE * SIDE, gan.classes, context.device()));
    gan.train(&mut training, &images.train, config.fit.batch_size, &mut optimizers, |gan, iteration| {
        if config.samples_due(iteration) {
            Sheet::save(&run.folder, iteration, &gan.images(&z, &classes))?;
        }
        Ok(())
    })?;
    Ok(Trained { run, gan, images })
}
