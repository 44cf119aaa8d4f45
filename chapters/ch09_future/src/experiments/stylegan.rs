//! 09_08: StyleGAN sets the style of each layer (p. 335).

use super::image_sets::{ImagePaths, ImageSets};
use super::image_training::ImageTraining;
use crate::figures::stylegan as figures;
use crate::models::growing::Schedule;
use crate::models::net_summary;
use crate::models::style_generator::one_style;
use crate::models::stylegan::{StyleGan, StyleGanConfig};
use crate::models::styles::Noise;
use anyhow::{Result, ensure};
use common::cli::Context;
use common::device;
use common::features::FeatureNet;
use common::samples::{SIDE, Sheet};
use common::training::{ExperimentConfig, FitConfig, Preset, Run, Training};
use serde::{Deserialize, Serialize};

/// The section of the run folder, and the end of its name.
const RUN: [&str; 2] = ["stylegan", "images"];

/// Hyper-parameters of 09_08.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Config {
    /// The nets and how they grow.
    pub gan: StyleGanConfig,
    /// Images and length of training.
    #[serde(flatten)]
    pub training: ImageTraining,
}

impl ExperimentConfig for Config {
    fn preset(preset: Preset) -> Config {
        let gan = StyleGanConfig::paper();
        // The paper's nets and schedule up to 64 x 64 pixels, with 12 of its 25 million images, in batches of 32
        // throughout.
        let book = ImageTraining {
            images: None,
            training_images: 1_000_000,
            held_out: 2000,
            fid_samples: None,
            baseline: true,
            steps_per_epoch: 1000,
            fit: FitConfig::new(32, 375).print_every_n_batches(5000),
        };
        match preset {
            Preset::Book => Config { gan, training: book },
            Preset::Quick => Config {
                gan: StyleGanConfig {
                    channels: vec![64, 64, 32, 16],
                    z_dim: 64,
                    w_dim: 64,
                    // The fewer the pixels, the smaller the penalty that keeps the discriminator in bounds: Karras et
                    // al., "Analyzing and Improving the Image Quality of StyleGAN", 2020, appendix B.
                    r1_gamma: 0.5,
                    r1_every: 16,
                    learning_rate: 3e-3,
                    average_decay: 0.99,
                    schedule: Schedule { stable_images: 4800, fade_images: 3200 },
                    ..gan
                },
                training: ImageTraining {
                    training_images: 8000,
                    steps_per_epoch: 16,
                    fit: FitConfig::new(16, 200).print_every_n_batches(100),
                    ..book
                },
            },
            Preset::Smoke => Config {
                gan: StyleGanConfig {
                    channels: vec![8, 8, 8],
                    first_level: 0,
                    z_dim: 8,
                    w_dim: 8,
                    r1_every: 2,
                    schedule: Schedule { stable_images: 8, fade_images: 8 },
                    ..gan
                },
                training: ImageTraining {
                    training_images: 40,
                    held_out: 10,
                    steps_per_epoch: 1,
                    fit: FitConfig::new(4, 10).print_every_n_batches(2),
                    ..book
                },
            },
        }
    }

    fn check(&self) -> Result<()> {
        self.gan.check()?;
        let levels = self.gan.channels.len();
        ensure!(levels >= 3, "gan.channels: coarse, middle and fine styles need three levels, not {levels}");
        self.training.check(self.gan.side())
    }
}

/// A trained StyleGAN.
#[derive(Debug)]
pub struct Trained {
    /// The run.
    pub run: Run<Config>,
    /// The nets.
    pub gan: StyleGan,
    /// The images.
    pub sets: ImageSets,
}

/// 09_08: trains, compares, and draws the figures.
pub fn run(context: &Context) -> Result<()> {
    let Trained { run, gan, sets } = trained(context)?;
    let Config { gan: nets, training } = &run.params.config;
    let drawing = figures::Drawing::new(context.figures(&run), &gan, training)?;
    drawing.draw()?;
    let features = context.image_features()?;
    let features = features.as_ref().map(|net| net as &dyn FeatureNet);
    let quality = drawing.measured(&sets, features)?;
    let machine = (run.params.seed, context.device());
    let baseline = training.compare(&run.folder, &sets, nets.side(), machine, features)?;
    drawing.comparison(quality.as_ref(), baseline.as_ref())?;
    drawing.nearest(&sets.train)
}

/// Trains StyleGAN, or resumes.
///
/// # Errors
/// Data is missing or unfit, or as [`StyleGan::train`].
pub fn trained(context: &Context) -> Result<Trained> {
    let wanted = context.run_config::<Config>(RUN)?;
    let paths = ImagePaths::find(context, wanted.training.images.as_deref())?;
    let sets = wanted.training.sets(&paths, wanted.gan.side())?; // images that are refused leave no run behind
    let run = context.training_run::<Config>(RUN[0], RUN[1], paths.info.clone())?;
    let (Config { gan, training: config }, seed) = (&run.params.config, run.params.seed);

    device::seed(&[seed]);
    let gan = StyleGan::new(gan, context.device())?;
    net_summary::save(&run.folder, &gan.summaries())?;
    let mut optimizers = gan.optimizers();
    let mut training = Training::start(&run.folder, config.plan(seed), optimizers.state(&gan.variables))?;
    let batch_size = config.fit.batch_size;
    let mut batches = sets.train.endless(batch_size, seed, training.steps_done(), context.device());
    device::seed(&[seed, 1]);
    let (z, noise, course) = (gan.noise(SIDE * SIDE), gan.layer_noise(), gan.course(batch_size));
    gan.train(&mut training, &mut batches, &mut optimizers, |gan, iteration| {
        if config.samples_due(iteration, course) {
            let growth = course.at(iteration - 1);
            let styles = one_style(&tch::no_grad(|| gan.average.mapping.forward(&z)), growth);
            Sheet::save(&run.folder, iteration, &gan.images(&styles, growth, Noise::Given(&noise)))?;
        }
        Ok(())
    })?;
    Ok(Trained { run, gan, sets })
}
