//! Training, as the book's `train` methods do it for both models.

use anyhow::{Context, Result, ensure};
use common::arrays::array4;
use common::datasets::batches::Batches;
use common::datasets::image_files::{Batch, ImageFiles};
use common::datasets::prefetch::Prefetch;
use common::keras::Summary;
use common::say;
use common::training::{Checkpointed, Plan, RunFolder, Step, Training};
use std::sync::Arc;
use std::time::Instant;
use tch::{Device, Kind, Tensor};

/// What the autoencoder and the variational autoencoder have in common.
pub trait Model: Checkpointed {
    /// Names of the losses that a step returns.
    const METRICS: &'static [&'static str];

    /// Dimensions of latent space.
    fn z_dim(&self) -> i64;

    /// Images `[n, height, width, channels]` in [0, 1] -> points in latent space `[n, z]`.
    fn encode(&self, images: &Tensor) -> Tensor;

    /// Points in latent space `[n, z]` -> images `[n, height, width, channels]` in [0, 1].
    fn decode(&self, z: &Tensor) -> Tensor;

    /// One step of training on a batch of images; returns the losses.
    fn train_step(&mut self, images: &Tensor) -> Vec<Tensor>;

    /// Encoder, decoder, and the two joined.
    fn summaries(&self) -> Vec<Summary>;
}

/// How to train.
#[derive(Debug, Clone, Copy)]
pub struct Fit {
    /// Images in a step.
    pub batch_size: i64,
    /// Times that all images are seen.
    pub epochs: u64,
    /// Seed of shuffling and sampling.
    pub seed: u64,
    /// Batches between two saved samples (p. 111).
    pub sample_every: u64,
}

impl Fit {
    /// Validates the hyper-parameters.
    pub fn check(&self, learning_rate: f64) -> Result<()> {
        ensure!((1..=60_000).contains(&self.batch_size), "batch_size must lie between 1 and 60000");
        ensure!(self.epochs > 0, "epochs must be above 0");
        ensure!(self.sample_every > 0, "print_every_n_batches must be above 0");
        ensure!(learning_rate.is_finite() && learning_rate > 0.0, "learning_rate must be above 0");
        Ok(())
    }
}

/// Trains on images `[n, height, width, channels]` that are in memory, as the book's `train` does.
pub fn fit<M: Model>(model: &mut M, images: &Tensor, folder: &RunFolder, fit: Fit) -> Result<()> {
    let mut batches = Batches::new(images.size()[0], fit.batch_size, fit.seed);
    train(model, batches.per_epoch(), images.device(), folder, fit, |step| {
        let rows = batches.rows(step.epoch, step.batch).to_device(images.device());
        Ok(images.index_select(0, &rows))
    })
}

/// Trains on images that stay on disk, as the book's `train_with_generator` does: other threads decode the next
/// batches while this one trains. Tells how long training had to wait for them.
pub fn fit_with_generator<M: Model>(
    model: &mut M,
    files: &Arc<ImageFiles>,
    device: Device,
    folder: &RunFolder,
    fit: Fit,
) -> Result<()> {
    let batches = || Batches::new(files.len() as i64, fit.batch_size, fit.seed);
    let (start, mut stream) = (Instant::now(), None::<Prefetch<Batch>>);
    train(model, batches().per_epoch(), device, folder, fit, |step| {
        let stream = stream.get_or_insert_with(|| files.stream(batches(), step.number, fit.epochs));
        let batch = stream.next().context("there are fewer batches than steps")??;
        Ok(batch.images(device))
    })?;
    if let Some(stream) = stream {
        let (waited, all) = (stream.waited().as_secs_f64(), start.elapsed().as_secs_f64());
        say!("waited for images: {waited:.2} s of {all:.1} s, {:.2} %", 100.0 * waited / all);
    }
    Ok(())
}

/// Trains on the batches that `next` gives. Saves a decoded random point to `images/` every so many batches.
fn train<M: Model>(
    model: &mut M,
    per_epoch: u64,
    device: Device,
    folder: &RunFolder,
    fit: Fit,
    mut next: impl FnMut(&Step) -> Result<Tensor>,
) -> Result<()> {
    let plan = Plan { epochs: fit.epochs, batches: per_epoch, seed: fit.seed, metrics: M::METRICS };
    let mut training = Training::start(folder, plan, model)?;
    while let Some(step) = training.next(model)? {
        let batch = next(&step)?;
        let losses = model.train_step(&batch);
        training.record(&losses.iter().collect::<Vec<_>>(), batch.size()[0]);
        if step.batch.is_multiple_of(fit.sample_every) {
            let file = format!("img_{:03}_{:05}.png", step.epoch + 1, step.batch);
            save_sample(model, device, folder, &file)?;
        }
    }
    Ok(())
}

/// Decodes one point of N(0, I).
fn save_sample(model: &impl Model, device: Device, folder: &RunFolder, file: &str) -> Result<()> {
    let z = Tensor::randn([1, model.z_dim()], (Kind::Float, device));
    let image = array4(&tch::no_grad(|| model.decode(&z)))?;
    common::images::save(&folder.path.join("images").join(file), image.index_axis(ndarray::Axis(0), 0))
}

/// Writes each net's summary and diagram to `viz/`, as the book's `plot_model` does (p. 98).
pub fn plot_model(model: &impl Model, folder: &RunFolder) -> Result<()> {
    model.summaries().iter().try_for_each(|summary| summary.save(&folder.path.join("viz")))
}
