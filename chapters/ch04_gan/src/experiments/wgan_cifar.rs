//! 04_02: the Wasserstein GAN on horses (pp. 146-152).

use super::real_images::RealImages;
use super::{Trained, draw, save_samples};
use crate::models::{Iterations, NetConfig, Optimizers, Wgan};
use anyhow::{Context as _, Result, bail, ensure};
use common::cli::Context;
use common::datasets::cifar10;
use common::datasets::image_batches::ImageSource;
use common::device;
use common::keras::RmsProp;
use common::metrics::check_fid_samples;
use common::training::{DataInfo, ExperimentConfig, FitConfig, Preset, ensure_positive};
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};
use tch::{Device, Tensor};

/// The section of the run folder.
const SECTION: &str = "wgan";
/// The end of its name for the reader's own images.
const OWN: &str = "own";

/// The images to learn from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged, expecting = "a number of images, or a folder of your own")]
pub enum Images {
    /// So many of the class, from the first one on: 5000 training images, then 1000 test images.
    Count(i64),
    /// All of a folder of the reader's own.
    Folder(PathBuf),
}

impl Images {
    /// The reader's own folder.
    fn folder(&self) -> Option<&Path> {
        match self {
            Images::Count(_) => None,
            Images::Folder(dir) => Some(dir),
        }
    }
}

/// Hyper-parameters of 04_02.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Config {
    /// The nets.
    pub net: NetConfig,
    /// RMSprop's learning rate for both nets.
    pub learning_rate: f64,
    /// Critic steps per generator step.
    pub n_critic: u64,
    /// The critic's weights are clipped to [-`clip_threshold`, `clip_threshold`].
    pub clip_threshold: f64,
    /// The class of CIFAR-10: 7 is horses, 1 is cars.
    pub class: i64,
    /// Number of images of the class, or a folder of the reader's own images in its place.
    pub images: Images,
    /// Number of samples of the FID; `null`: as many as of the other measures, at most 1,000.
    #[serde(default)] // older runs have no such key
    pub fid_samples: Option<i64>,
    /// Batch size, iterations (the book calls them epochs), and how often sample images are saved.
    #[serde(flatten)]
    pub fit: FitConfig,
}

impl ExperimentConfig for Config {
    fn preset(preset: Preset) -> Config {
        let book = Config {
            net: NetConfig::cifar(),
            learning_rate: 5e-5,
            n_critic: 5,
            clip_threshold: 0.01,
            class: 7,
            images: Images::Count(6000),
            fid_samples: None,
            fit: FitConfig::new(128, 6000).print_every_n_batches(50),
        };
        match preset {
            Preset::Book => book,
            Preset::Quick => Config { fit: FitConfig { batch_size: 32, epochs: 1500, ..book.fit }, ..book },
            Preset::Smoke => {
                Config { images: Images::Count(40), fit: FitConfig::new(8, 2).print_every_n_batches(1), ..book }
            }
        }
    }

    fn check(&self) -> Result<()> {
        Wgan::new(&self.net, self.n_critic, self.clip_threshold, Device::Cpu)?;
        match &self.images {
            Images::Count(count) => {
                ensure!(self.net.input_dim == [32, 32, 3], "net.input_dim: CIFAR-10's images are [32, 32, 3]");
                ensure!((1..=6000).contains(count), "images must lie between 1 and 6000, or be a folder of your own");
            }
            Images::Folder(_) => {
                let channels = self.net.input_dim[2];
                ensure!(channels == 3, "net.input_dim: images have 3 channels, not {channels}");
            }
        }
        ensure!((1..=100).contains(&self.n_critic), "n_critic must lie between 1 and 100");
        ensure_positive("clip_threshold", self.clip_threshold)?;
        ensure_positive("learning_rate", self.learning_rate)?;
        ensure!((0..10).contains(&self.class), "class must lie between 0 and 9");
        check_fid_samples(self.fid_samples)?;
        self.fit.check(2..=4096)
    }
}

/// 04_02: trains the Wasserstein GAN and draws its figures.
pub fn train(context: &Context) -> Result<()> {
    draw(context, &trained(context)?)
}

/// The trained Wasserstein GAN.
pub fn trained(context: &Context) -> Result<Trained<Config>> {
    let (RealImages { train: real, held_out, info }, short) = real_images(context)?;
    let run = context.training_run::<Config>(SECTION, &short, info)?;
    let (config, seed) = (&run.params.config, run.params.seed);

    device::seed(&[seed]);
    let wgan = Wgan::new(&config.net, config.n_critic, config.clip_threshold, context.device())?;
    run.folder.plot_model(&wgan.networks.models())?;
    let rule = RmsProp::new(config.learning_rate);
    let optimizers = Optimizers::new(&wgan.networks, rule, rule);
    let after = save_samples(&wgan.networks, config.fit, &run.folder, seed);
    let mut iterations =
        Iterations::start(&wgan.networks, optimizers, &real, wgan.n_critic, config.fit, (&run.folder, seed), after)?;
    wgan.train(&mut iterations)?;
    let features = context.image_features()?.map(|net| Box::new(net) as _);
    let fid_samples = run.params.config.fid_samples;
    Ok(Trained { networks: wgan.networks, real, held_out, features, fid_samples, run })
}

/// The images, and the end of the run folder's name: the class, or `own`.
fn real_images(context: &Context) -> Result<(RealImages, String)> {
    let wanted = context.config::<Config>()?;
    let resumed = context.resumed_short(SECTION);
    let own = resumed.as_ref().map_or(wanted.images.folder().is_some(), |short| short == OWN);
    if own {
        let Config { net, images, .. } = context.run_config::<Config>([SECTION, OWN])?;
        let dir = images.folder().context("params.json of the run to resume names no folder of images")?;
        return Ok((RealImages::own(dir, net.input_dim, usize::MAX)?, OWN.to_string()));
    }
    let data = context.data("cifar10")?;
    let short = match resumed {
        Some(short) => short,
        None => class_name(&data.dir, wanted.class)?,
    };
    let Config { class, images, .. } = context.run_config::<Config>([SECTION, &short])?;
    let Images::Count(count) = images else { bail!("params.json of the run to resume names a folder of images") };
    let train = ImageSource::Memory(of_class(&data.dir, class, count)?);
    Ok((RealImages { train, held_out: None, info: DataInfo::from(&data) }, short))
}

fn class_name(dir: &Path, class: i64) -> Result<String> {
    let names = cifar10::class_names(dir)?;
    Ok(names.get(class as usize).with_context(|| format!("CIFAR-10 has no class {class}"))?.clone())
}

/// The first `images` images of a class, training images before test images (p. 149): `[n, 32, 32, 3]` in [0, 1].
fn of_class(dir: &Path, class: i64, count: i64) -> Result<Tensor> {
    let all = [cifar10::train(dir, 50_000)?, cifar10::test(dir, 10_000)?];
    let found = all.map(|images| images.rows(&images.labels.eq(class).nonzero().flatten(0, -1)).images);
    let found = Tensor::cat(&found, 0);
    ensure!(found.size()[0] > 0, "{} holds no image of class {class}", dir.display());
    Ok(found.narrow(0, 0, count.min(found.size()[0])))
}
