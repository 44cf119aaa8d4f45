//! 03_05 and 03_06: the variational autoencoder on faces (pp. 115-124).

use super::{OBSERVED, observed, own_images, trained_model};
use crate::beyond::arithmetic_check;
use crate::figures::arithmetic::{self, AttributeVector, BOOK_ATTRIBUTES};
use crate::figures::{faces, training};
use crate::models::{LatentModel, NetConfig, VariationalAutoencoder, fit};
use anyhow::{Result, ensure};
use common::cli::Context;
use common::datasets::celeba::CelebA;
use common::datasets::image_batches::ImageSource;
use common::datasets::image_files::ImageFiles;
use common::datasets::own_images::{OwnImages, first};
use common::device;
use common::keras::{Adam, Optimizer};
use common::training::{DataInfo, ExperimentConfig, FitConfig, Preset, Run, ensure_positive};
use serde::{Deserialize, Serialize};
use std::path::PathBuf;
use std::sync::Arc;
use tch::Device;

/// The section of the run folder, and the end of its name.
const RUN: [&str; 2] = ["vae", "faces"];

/// Hyper-parameters of 03_05.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Config {
    /// The net.
    pub net: NetConfig,
    /// Weight of the reconstruction loss against the KL divergence.
    pub r_loss_factor: f64,
    /// A folder of the reader's own images, in place of faces.
    #[serde(default)] // older runs have no such key
    pub images: Option<PathBuf>,
    /// Number of training images, from the first one on; all if there are fewer.
    pub faces: usize,
    /// Adam's learning rate.
    pub learning_rate: f64,
    /// Batch size, epochs, and how often sample images are saved.
    #[serde(flatten)]
    pub fit: FitConfig,
    /// Number of training faces of the attribute classifier in 03_06.
    pub classifier_faces: usize,
}

impl ExperimentConfig for Config {
    fn preset(preset: Preset) -> Config {
        let book = Config {
            net: NetConfig::faces(),
            r_loss_factor: 10_000.0,
            images: None,
            faces: 202_599,
            learning_rate: 0.0005,
            fit: FitConfig::new(32, 200).print_every_n_batches(100),
            classifier_faces: 12_000,
        };
        match preset {
            Preset::Book => book,
            Preset::Quick => {
                Config { faces: 16_000, fit: FitConfig { epochs: 3, ..book.fit }, classifier_faces: 8000, ..book }
            }
            Preset::Smoke => {
                Config { faces: 96, fit: FitConfig { epochs: 2, ..book.fit }, classifier_faces: 96, ..book }
            }
        }
    }

    fn check(&self) -> Result<()> {
        VariationalAutoencoder::new(&self.net, self.r_loss_factor, Device::Cpu)?;
        ensure!(self.net.input_dim[2] == 3, "faces have 3 channels, not {}", self.net.input_dim[2]);
        ensure!((1..=202_599).contains(&self.faces), "faces must lie between 1 and 202599");
        ensure!((1..=202_599).contains(&self.classifier_faces), "classifier_faces must lie between 1 and 202599");
        ensure_positive("r_loss_factor", self.r_loss_factor)?;
        ensure_positive("learning_rate", self.learning_rate)?;
        self.fit.check(1..=60_000)
    }
}

impl Config {
    /// Height, width and channels of the net's input.
    pub fn shape(&self) -> [usize; 3] {
        self.net.input_dim.map(|n| n as usize)
    }

    /// The first `count` faces, resized to the net's input.
    fn files(&self, set: &CelebA, count: usize) -> Result<Arc<ImageFiles>> {
        let [height, width, _] = self.shape();
        Ok(Arc::new(set.images(count, height, width)?))
    }

    /// The model with the run's weights.
    pub(super) fn trained(&self, context: &Context, run: &Run<Config>) -> Result<VariationalAutoencoder> {
        let model = VariationalAutoencoder::new(&self.net, self.r_loss_factor, context.device())?;
        trained_model(context, run, model)
    }
}

/// 03_05: trains the variational autoencoder.
pub fn train(context: &Context) -> Result<()> {
    let (x_train, data) = training_images(context, &context.run_config::<Config>(RUN)?)?;
    let run = context.training_run::<Config>(RUN[0], RUN[1], data)?;
    let config = &run.params.config;

    device::seed(&[run.params.seed]);
    let model = VariationalAutoencoder::new(&config.net, config.r_loss_factor, context.device())?;
    run.folder.plot_model(&model.nets())?;
    let mut optimizer = Optimizer::for_variables(&model.variables, Adam::new(config.learning_rate));
    // There are no test faces: the book trains on all of them.
    let observed = observed(context, &run, || x_train.images(&(0..OBSERVED).collect::<Vec<_>>()))?;
    fit(&model, &mut optimizer, &x_train, observed.as_ref(), config.fit, &run.folder, run.params.seed)?;

    let figures = context.figures(&run);
    let caption = format!(
        "Losses of the variational autoencoder on {}s, by epoch: the sum, the weighted mean squared error of the \
         reconstructions, and the KL divergence.",
        faces::noun(&figures)
    );
    training::loss_curves(&figures, &caption)?;
    let caption = "Random points of latent space, decoded during training.";
    training::strip(&figures, caption)
}

/// The images to learn from, and their origin: faces, or the reader's own.
fn training_images(context: &Context, config: &Config) -> Result<(ImageSource, DataInfo)> {
    if let Some(dir) = &config.images {
        let OwnImages { paths, info } = OwnImages::find(dir)?;
        return Ok((first(&paths, config.shape(), config.faces)?, info));
    }
    let data = context.data("celeba")?;
    let files = config.files(&CelebA::open(&data.dir)?, config.faces)?;
    Ok((ImageSource::Files(files), DataInfo::from(&data)))
}

/// 03_06: new faces, latent arithmetic, morphing.
pub fn analyse(context: &Context) -> Result<()> {
    let run = trained_run(context)?;
    if let Some(dir) = &run.params.config.images {
        return own_images::analyse(context, &run, dir);
    }
    let trained = Trained::of_run(context, run)?;
    let Trained { run, model, set, faces: files } = &trained;
    let figures = context.figures(run);
    faces::reconstructions(&figures, model, files)?;
    faces::histograms(&figures, model, files)?;
    faces::new_faces(&figures, model)?;
    let vectors = trained.attribute_vectors(&BOOK_ATTRIBUTES, context)?;
    arithmetic::report(&vectors, &run.folder)?;
    arithmetic::convergence(&figures, &vectors)?;
    for vector in &vectors {
        faces::add_vector(&figures, model, files, vector)?;
    }
    faces::morphs(&figures, model, set, files)?;
    arithmetic_check::check(&figures, model, set, files, &vectors, run.params.config.classifier_faces)
}

/// The objects of 03_06's analysis.
#[derive(Debug)]
pub struct Trained {
    /// The run to analyse.
    pub run: Run<Config>,
    /// Its model with trained weights.
    pub model: VariationalAutoencoder,
    /// The data set, with its table of attributes.
    pub set: CelebA,
    /// All of its faces, resized to the net's input.
    pub faces: Arc<ImageFiles>,
}

/// The run to analyse, its model and its faces.
///
/// # Errors
/// There is none, or it learned the reader's own images, which have no attributes.
pub fn trained(context: &Context) -> Result<Trained> {
    Trained::of_run(context, trained_run(context)?)
}

fn trained_run(context: &Context) -> Result<Run<Config>> {
    context.trained_run_on(RUN, || match context.config::<Config>()?.images {
        Some(dir) => Ok(OwnImages::find(&dir)?.info),
        None => Ok(DataInfo::from(&context.data("celeba")?)),
    })
}

impl Trained {
    fn of_run(context: &Context, run: Run<Config>) -> Result<Trained> {
        let (config, place) = (&run.params.config, run.folder.path.display());
        ensure!(
            config.images.is_none(),
            "{place} learned images without attributes: `cargo book 03_06` draws the rest"
        );
        let set = CelebA::open(&context.data_of(&run)?.dir)?;
        let model = config.trained(context, &run)?;
        let faces = config.files(&set, set.len())?;
        Ok(Trained { run, model, set, faces })
    }

    /// The attribute vectors, computed from the model's training faces.
    pub fn attribute_vectors(&self, names: &[&str], context: &Context) -> Result<Vec<AttributeVector>> {
        let Trained { run, model, set, .. } = self;
        let trained_on = run.params.config.files(set, run.params.config.faces)?;
        arithmetic::attribute_vectors(model, set, &trained_on, names, run.params.seed, context.device())
    }
}
