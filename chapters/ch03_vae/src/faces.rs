//! 03_05 and 03_06: the variational autoencoder on faces (pp. 115-124).

use crate::arithmetic::{self, AttributeVector, BOOK_ATTRIBUTES};
use crate::arithmetic_check;
use crate::face_figures;
use crate::figures;
use crate::fit::{Fit, fit_with_generator, plot_model};
use crate::net::NetConfig;
use crate::vae::VariationalAutoencoder;
use anyhow::{Result, ensure};
use common::cli::Context;
use common::datasets::celeba::CelebA;
use common::datasets::image_files::ImageFiles;
use common::device;
use common::training::{Checkpointed, ExperimentConfig, Preset, Run};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Hyper-parameters of 03_05.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The net.
    pub net: NetConfig,
    /// Weight of the reconstruction loss against the KL divergence.
    pub r_loss_factor: f64,
    /// Faces that are trained on, from the first on; all if there are fewer.
    pub faces: usize,
    /// Adam's learning rate.
    pub learning_rate: f64,
    /// Faces in a step.
    pub batch_size: i64,
    /// Times that all faces are seen.
    pub epochs: u64,
    /// Batches between two images saved while training.
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
    fn images(&self, set: &CelebA, count: usize) -> Result<Arc<ImageFiles>> {
        let [height, width, _] = self.net.input_dim.map(|n| n as usize);
        Ok(Arc::new(set.images(count, height, width)?))
    }
}

/// 03_05: trains the variational autoencoder.
pub fn train(context: &Context) -> Result<()> {
    let data = context.data("celeba")?;
    let set = CelebA::open(&data.dir)?;
    let run = context.training_run::<Config>("vae", "faces", &data)?;
    let config = &run.params.config;
    let files = config.images(&set, config.faces)?;

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
    let trained = trained(context)?;
    let Trained { run, model, set, faces } = &trained;
    face_figures::reconstructions(context, run, model, faces)?;
    face_figures::histograms(context, run, model, faces)?;
    face_figures::new_faces(context, run, model)?;
    let vectors = trained.attribute_vectors(&BOOK_ATTRIBUTES, context)?;
    arithmetic::report(&vectors, &run.folder)?;
    arithmetic::convergence(context, run, &vectors)?;
    for vector in &vectors {
        face_figures::add_vector(context, run, model, faces, vector)?;
    }
    face_figures::morphs(context, run, model, set, faces)?;
    arithmetic_check::check(context, run, model, set, faces, &vectors, run.params.config.judge_faces)
}

/// What 03_06 looks at.
#[derive(Debug)]
pub struct Trained {
    /// The run to analyse.
    pub run: Run<Config>,
    /// Its model with trained weights.
    pub model: VariationalAutoencoder,
    /// The data set, with its table of attributes.
    pub set: CelebA,
    /// All of its faces in the net's size.
    pub faces: Arc<ImageFiles>,
}

/// The run to analyse, its model and its faces.
pub fn trained(context: &Context) -> Result<Trained> {
    let run = context.trained_run::<Config>("vae", "faces", "celeba")?;
    let config = &run.params.config;
    let set = CelebA::open(&context.data_of(&run)?.dir)?;
    let model = VariationalAutoencoder::new(&config.net, config.r_loss_factor, context.device());
    context.load_weights(&run, model.variables())?;
    let faces = config.images(&set, set.len())?;
    device::seed(&[run.params.seed]);
    Ok(Trained { run, model, set, faces })
}

impl Trained {
    /// Finds the vectors of attributes: what is learnt about them comes from the faces that the model was trained on.
    pub fn attribute_vectors(&self, names: &[&str], context: &Context) -> Result<Vec<AttributeVector>> {
        let Trained { run, model, set, .. } = self;
        let trained_on = run.params.config.images(set, run.params.config.faces)?;
        arithmetic::attribute_vectors(model, set, &trained_on, names, run.params.seed, context.device())
    }
}
