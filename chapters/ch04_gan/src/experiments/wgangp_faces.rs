//! 04_03: the WGAN-GP on faces (pp. 152-158).

use super::real_images::RealImages;
use super::{Trained, draw, save_samples};
use crate::models::{Iterations, NetConfig, WganGp};
use anyhow::{Result, ensure};
use common::cli::Context;
use common::datasets::celeba::CelebA;
use common::datasets::image_batches::ImageSource;
use common::device;
use common::metrics::check_fid_samples;
use common::training::{DataInfo, ExperimentConfig, FitConfig, Preset, ensure_positive};
use serde::{Deserialize, Serialize};
use std::path::PathBuf;
use std::sync::Arc;
use tch::Device;

/// The section of the run folder, and the end of its name.
const RUN: [&str; 2] = ["wgangp", "faces"];

/// Hyper-parameters of 04_03.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Config {
    /// The nets.
    pub net: NetConfig,
    /// Adam's learning rate for both nets.
    pub learning_rate: f64,
    /// Critic steps per generator step.
    pub n_critic: u64,
    /// Weight of the gradient penalty.
    pub grad_weight: f64,
    /// A folder of the reader's own images, in place of faces.
    #[serde(default)] // older runs have no such key
    pub images: Option<PathBuf>,
    /// Number of training images, from the first one on; all if there are fewer.
    pub faces: usize,
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
            net: NetConfig::faces(),
            learning_rate: 2e-4,
            n_critic: 5,
            grad_weight: 10.0,
            images: None,
            faces: 202_599,
            fid_samples: None,
            fit: FitConfig::new(64, 6000).print_every_n_batches(5),
        };
        match preset {
            Preset::Book => book,
            Preset::Quick => {
                Config { faces: 16_000, fit: FitConfig { batch_size: 16, epochs: 300, ..book.fit }, ..book }
            }
            Preset::Smoke => Config { faces: 40, fit: FitConfig::new(4, 2).print_every_n_batches(1), ..book },
        }
    }

    fn check(&self) -> Result<()> {
        WganGp::new(&self.net, self.n_critic, self.grad_weight, Device::Cpu)?;
        ensure!(self.net.input_dim[2] == 3, "faces have 3 channels, not {}", self.net.input_dim[2]);
        ensure!((1..=100).contains(&self.n_critic), "n_critic must lie between 1 and 100");
        ensure!(self.grad_weight.is_finite() && self.grad_weight >= 0.0, "grad_weight must be 0 or more");
        ensure!((1..=202_599).contains(&self.faces), "faces must lie between 1 and 202599");
        ensure_positive("learning_rate", self.learning_rate)?;
        check_fid_samples(self.fid_samples)?;
        self.fit.check(2..=4096)
    }
}

/// 04_03: trains the WGAN-GP and draws its figures.
pub fn train(context: &Context) -> Result<()> {
    draw(context, &trained(context)?)
}

/// The trained WGAN-GP.
pub fn trained(context: &Context) -> Result<Trained<Config>> {
    let wanted = context.run_config::<Config>(RUN)?;
    let RealImages { train: real, held_out, info } = real_images(context, &wanted)?;
    let run = context.training_run::<Config>(RUN[0], RUN[1], info)?;
    let (config, seed) = (&run.params.config, run.params.seed);

    device::seed(&[seed]);
    let wgan = WganGp::new(&config.net, config.n_critic, config.grad_weight, context.device())?;
    run.folder.plot_model(&wgan.networks.models())?;
    let optimizers = wgan.optimizers(config.learning_rate);
    let after = save_samples(&wgan.networks, config.fit, &run.folder, seed);
    let mut iterations =
        Iterations::start(&wgan.networks, optimizers, &real, wgan.n_critic, config.fit, (&run.folder, seed), after)?;
    wgan.train(&mut iterations)?;
    let features = context.image_features()?.map(|net| Box::new(net) as _);
    let fid_samples = run.params.config.fid_samples;
    Ok(Trained { networks: wgan.networks, real, held_out, features, fid_samples, run })
}

/// Faces, or the reader's own images.
fn real_images(context: &Context, config: &Config) -> Result<RealImages> {
    let Config { net, images, faces, .. } = config;
    if let Some(dir) = images {
        return RealImages::own(dir, net.input_dim, *faces);
    }
    let data = context.data("celeba")?;
    let [height, width, _] = net.input_dim.map(|n| n as usize);
    let files = CelebA::open(&data.dir)?.images(*faces, height, width)?;
    Ok(RealImages { train: ImageSource::Files(Arc::new(files)), held_out: None, info: DataInfo::from(&data) })
}
