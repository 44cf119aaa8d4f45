//! 03_05 and 03_06: the variational autoencoder on faces (pp. 115-124).

use crate::arithmetic::{self, BOOK_ATTRIBUTES};
use crate::arithmetic_check;
use crate::face_figures;
use crate::figures;
use crate::fit::{Fit, fit_with_generator, plot_model};
use crate::net::NetConfig;
use crate::vae::VariationalAutoencoder;
use anyhow::{Result, ensure};
use common::cli::Context;
use common::datasets::celeba::CelebA;
use common::datasets::picture_files::PictureFiles;
use common::device;
use common::training::{Checkpointed, ExperimentConfig, Preset};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// The numbers of 03_05.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The net.
    pub net: NetConfig,
    /// Weight of the reconstruction loss against the KL divergence.
    pub r_loss_factor: f64,
    /// Faces that are trained on, from the first on; all if there are fewer.
    pub faces: usize,
    /// Adam's step size.
    pub learning_rate: f64,
    /// Faces in a step.
    pub batch_size: i64,
    /// Times that all faces are seen.
    pub epochs: u64,
    /// Batches between two pictures saved while training.
    pub print_every_n_batches: u64,
    /// Faces that the judge of the latent arithmetic learns from, in 03_06.
    pub judge_faces: usize,
}

impl ExperimentConfig for Config {
    fn preset(preset: Preset) -> Config {
        let book = Config {
            net: NetConfig::faces(),
            r_loss_factor: 10_000.0,
            faces: 202_599,
            learning_rate: 0.0005,
            batch_size: 32,
            epochs: 200,
            print_every_n_batches: 100,
            judge_faces: 12_000,
        };
        match preset {
            Preset::Book => book,
            Preset::Quick => Config { faces: 16_000, epochs: 3, judge_faces: 8000, ..book },
            Preset::Smoke => Config { faces: 96, epochs: 2, judge_faces: 96, ..book },
        }
    }

    fn check(&self) -> Result<()> {
        self.net.check()?;
        ensure!(self.net.input_dim[2] == 3, "faces have 3 channels, not {}", self.net.input_dim[2]);
        ensure!((1..=202_599).contains(&self.faces), "faces must lie between 1 and 202599");
        ensure!((1..=202_599).contains(&self.judge_faces), "judge_faces must lie between 1 and 202599");
        ensure!(self.r_loss_factor.is_finite() && self.r_loss_factor > 0.0, "r_loss_factor must be above 0");
        self.fit(0).check(self.learning_rate)
    }
}

impl Config {
    fn fit(&self, seed: u64) -> Fit {
        let Config { batch_size, epochs, print_every_n_batches: sample_every, .. } = *self;
        Fit { batch_size, epochs, seed, sample_every }
    }

    /// The first `count` faces in the net's size.
    fn pictures(&self, set: &CelebA, count: usize) -> Result<Arc<PictureFiles>> {
        let [height, width, _] = self.net.input_dim.map(|n| n as usize);
        Ok(Arc::new(set.pictures(count, height, width)?))
    }
}

/// 03_05: trains the variational autoencoder.
pub fn train(context: &Context) -> Result<()> {
    let data = context.data("celeba")?;
    let set = CelebA::open(&data.dir)?;
    let run = context.training_run::<Config>("vae", "faces", &data)?;
    let config = &run.params.config;
    let files = config.pictures(&set, config.faces)?;

    device::seed(&[run.params.seed]);
    let mut model = VariationalAutoencoder::new(&config.net, config.r_loss_factor, context.device());
    plot_model(&model, &run.folder)?;
    model.compile(config.learning_rate);
    fit_with_generator(&mut model, &files, context.device(), &run.folder, config.fit(run.params.seed))?;

    let caption = "Losses of the variational autoencoder while it trains on faces: the sum, the weighted mean squared \
                   error of the reconstructions, and the KL divergence.";
    figures::loss_curves(context, &run, caption)?;
    let caption = "Decoded random points of latent space, saved while training: blots become faces.";
    figures::training_strip(context, &run, caption)
}

/// 03_06: new faces, latent arithmetic, morphing.
pub fn analyse(context: &Context) -> Result<()> {
    let run = context.trained_run::<Config>("vae", "faces", "celeba")?;
    let config = &run.params.config;
    let set = CelebA::open(&context.data_of(&run)?.dir)?;
    let model = VariationalAutoencoder::new(&config.net, config.r_loss_factor, context.device());
    context.load_weights(&run, model.variables())?;
    let all = config.pictures(&set, set.len())?;

    device::seed(&[run.params.seed]);
    face_figures::reconstructions(context, &run, &model, &all)?;
    face_figures::histograms(context, &run, &model, &all)?;
    face_figures::new_faces(context, &run, &model)?;

    // What is learnt about attributes comes from the faces that the model was trained on.
    let trained_on = config.pictures(&set, config.faces)?;
    let vectors =
        arithmetic::attribute_vectors(&model, &set, &trained_on, &BOOK_ATTRIBUTES, run.params.seed, context.device())?;
    arithmetic::report(&vectors, &run.folder)?;
    arithmetic::convergence(context, &run, &vectors)?;
    for vector in &vectors {
        face_figures::add_vector(context, &run, &model, &all, vector)?;
    }
    face_figures::morphs(context, &run, &model, &set, &all)?;
    arithmetic_check::check(context, &run, &model, &set, &all, &vectors, config.judge_faces)
}
