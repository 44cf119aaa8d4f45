//! 04_02: the Wasserstein GAN on horses (pp. 146-152).

use crate::figures;
use crate::fit::{Fit, Trained, fit, plot_model};
use crate::net::NetConfig;
use crate::real_images::{RealImages, Source};
use crate::wgan::Wgan;
use anyhow::{Context as _, Result, ensure};
use common::cli::Context;
use common::datasets::cifar10;
use common::device;
use common::training::{ExperimentConfig, Preset};
use serde::{Deserialize, Serialize};
use std::path::Path;
use tch::Tensor;

/// Hyper-parameters of 04_02.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The nets.
    pub net: NetConfig,
    /// RMSprop's learning rate for both nets.
    pub learning_rate: f64,
    /// Steps of the critic for each one of the generator.
    pub n_critic: u64,
    /// The critic's weights are clipped to [-`clip_threshold`, `clip_threshold`].
    pub clip_threshold: f64,
    /// The class of CIFAR-10: 7 is horses, 1 is cars.
    pub class: i64,
    /// Images of the class that are trained on, from the first on: 5000 to train on, and 1000 of the test set.
    pub images: i64,
    /// Images in a batch.
    pub batch_size: i64,
    /// Iterations, which the book calls epochs.
    pub epochs: u64,
    /// Iterations between two samples saved while training.
    pub print_every_n_batches: u64,
}

impl ExperimentConfig for Config {
    fn preset(preset: Preset) -> Config {
        let book = Config {
            net: NetConfig::cifar(),
            learning_rate: 5e-5,
            n_critic: 5,
            clip_threshold: 0.01,
            class: 7,
            images: 6000,
            batch_size: 128,
            epochs: 6000,
            print_every_n_batches: 50,
        };
        match preset {
            Preset::Book => book,
            Preset::Quick => Config { batch_size: 32, epochs: 1500, ..book },
            Preset::Smoke => Config { images: 40, batch_size: 8, epochs: 2, print_every_n_batches: 1, ..book },
        }
    }

    fn check(&self) -> Result<()> {
        self.net.check()?;
        ensure!(self.net.input_dim == [32, 32, 3], "net.input_dim: CIFAR-10's images are [32, 32, 3]");
        ensure!((1..=100).contains(&self.n_critic), "n_critic must lie between 1 and 100");
        ensure!(self.clip_threshold.is_finite() && self.clip_threshold > 0.0, "clip_threshold must be above 0");
        ensure!((0..10).contains(&self.class), "class must lie between 0 and 9");
        ensure!((1..=6000).contains(&self.images), "images must lie between 1 and 6000");
        self.fit(0).check(&[self.learning_rate])
    }
}

impl Config {
    fn fit(&self, seed: u64) -> Fit {
        let Config { batch_size, epochs, print_every_n_batches: sample_every, .. } = *self;
        Fit { batch_size, epochs, seed, sample_every }
    }
}

/// 04_02: trains the Wasserstein GAN and looks at what it makes.
pub fn train(context: &Context) -> Result<()> {
    let trained = trained(context)?;
    figures::loss_curves(context, &trained)?;
    figures::after_training(context, &trained)
}

/// The trained Wasserstein GAN.
pub fn trained(context: &Context) -> Result<Trained<Config, Wgan>> {
    let data = context.data("cifar10")?;
    let class = context.config::<Config>()?.class;
    let run = context.training_run::<Config>("wgan", &class_name(&data.dir, class)?, &data)?;
    let (config, seed) = (&run.params.config, run.params.seed);
    let images = of_class(&data.dir, config.class, config.images)?;

    device::seed(&[seed]);
    let mut wgan =
        Wgan::new(&config.net, config.learning_rate, config.n_critic, config.clip_threshold, context.device());
    plot_model(&wgan, &run.folder)?;
    let x_train = RealImages::new(Source::Memory(images.shallow_clone()), config.batch_size, seed, context.device());
    fit(&mut wgan, x_train, &run.folder, config.fit(seed))?;
    let features = context.image_features()?.map(|net| Box::new(net) as _);
    Ok(Trained { run, model: wgan, real: Source::Memory(images), features })
}

fn class_name(dir: &Path, class: i64) -> Result<String> {
    let names = cifar10::class_names(dir)?;
    Ok(names.get(class as usize).with_context(|| format!("CIFAR-10 has no class {class}"))?.clone())
}

/// The first images of a class, those to train on before those to test with (p. 149): `[n, 32, 32, 3]` in [0, 1].
fn of_class(dir: &Path, class: i64, count: i64) -> Result<Tensor> {
    let all = [cifar10::train(dir, 50_000)?, cifar10::test(dir, 10_000)?];
    let found = all.map(|images| images.rows(&images.labels.eq(class).nonzero().flatten(0, -1)).images);
    let found = Tensor::cat(&found, 0);
    ensure!(found.size()[0] > 0, "{} holds no image of class {class}", dir.display());
    Ok(found.narrow(0, 0, count.min(found.size()[0])))
}
