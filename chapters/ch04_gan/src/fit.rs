//! Training, as the book's `train` methods do it for all three models.

use crate::networks::Networks;
use crate::real_images::{RealImages, Source};
use anyhow::{Result, ensure};
use common::arrays::array4;
use common::device;
use common::features::FeatureNet;
use common::images;
use common::training::{Plan, Run, RunFolder, Training};
use std::fmt;
use tch::Tensor;

/// Generated images in a row and in a column of a sample.
pub const SAMPLE_SIDE: i64 = 5;
/// Iterations after which the book shows samples.
pub const SHOWN: [u64; 5] = [20, 200, 400, 1000, 2000];

/// What the three models have in common.
pub trait Model {
    /// Names of the losses that an iteration returns.
    const METRICS: &'static [&'static str];
    /// What the book calls the net that tells real from fake.
    const CRITIC: &'static str;

    /// The nets.
    fn nets(&self) -> &Networks;

    /// The nets, to be trained.
    fn nets_mut(&mut self) -> &mut Networks;

    /// Batches of real images in an iteration.
    fn batches_per_iteration(&self) -> u64;

    /// One round of the book's training loop, which the book calls an epoch; returns the losses.
    ///
    /// # Errors
    /// Real images that cannot be read.
    fn train_iteration(&mut self, x_train: &mut RealImages) -> Result<Vec<Tensor>>;
}

/// How to train.
#[derive(Debug, Clone, Copy)]
pub struct Fit {
    /// Real images in a batch.
    pub batch_size: i64,
    /// Iterations.
    pub epochs: u64,
    /// Seed of all random numbers.
    pub seed: u64,
    /// Iterations between two saved samples.
    pub sample_every: u64,
}

impl Fit {
    /// Validates the hyper-parameters.
    pub fn check(&self, learning_rates: &[f64]) -> Result<()> {
        ensure!((2..=4096).contains(&self.batch_size), "batch_size must lie between 2 and 4096");
        ensure!(self.epochs > 0, "epochs must be above 0");
        ensure!(self.sample_every > 0, "print_every_n_batches must be above 0");
        let positive = learning_rates.iter().all(|rate| rate.is_finite() && *rate > 0.0);
        ensure!(positive, "learning rates must be above 0");
        Ok(())
    }
}

/// A run with its trained model, the real images that it was trained on, and what samples are measured with.
pub struct Trained<C, M> {
    /// The run.
    pub run: Run<C>,
    /// The model.
    pub model: M,
    /// The real images.
    pub real: Source,
    /// The net whose features samples are compared by; none where its weights cannot be had.
    pub features: Option<Box<dyn FeatureNet>>,
}

impl<C: fmt::Debug, M: fmt::Debug> fmt::Debug for Trained<C, M> {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "Trained({:?}, {:?}, {} real images)", self.run, self.model, self.real.len())
    }
}

/// Trains, and saves samples to `images/`: what the generator makes of the same 25 points each time.
pub fn fit<M: Model>(model: &mut M, x_train: RealImages, folder: &RunFolder, fit: Fit) -> Result<()> {
    fit_and_watch(model, x_train, folder, fit, |_, _| Ok(()))
}

/// The same, with a look at the nets after each iteration, whose number is given, before it is saved. A run that goes on
/// from a checkpoint may come by some iterations again.
pub fn fit_and_watch<M: Model>(
    model: &mut M,
    mut x_train: RealImages,
    folder: &RunFolder,
    fit: Fit,
    mut watch: impl FnMut(&Networks, u64) -> Result<()>,
) -> Result<()> {
    device::seed(&[fit.seed, 1]);
    let noise = model.nets().noise(SAMPLE_SIDE * SAMPLE_SIDE);
    let plan = Plan { epochs: fit.epochs, batches: 1, seed: fit.seed, metrics: M::METRICS };
    let mut training = Training::start(folder, plan, model.nets_mut())?;
    x_train.skip(training.steps_done() * model.batches_per_iteration());
    while let Some(step) = training.next(model.nets_mut())? {
        let losses = model.train_iteration(&mut x_train)?;
        training.record(&losses.iter().collect::<Vec<_>>(), 1);
        let iteration = step.number + 1;
        if iteration.is_multiple_of(fit.sample_every) || SHOWN.contains(&iteration) || iteration == fit.epochs {
            sample_images(model.nets(), &noise, iteration, folder)?;
        }
        watch(model.nets(), iteration)?;
    }
    Ok(())
}

/// Saves generated images in rows as one (p. 141): `images/sample_00020.png`.
fn sample_images(nets: &Networks, noise: &Tensor, iteration: u64, folder: &RunFolder) -> Result<()> {
    let gen_imgs = nets.images(noise);
    let [n, height, width, channels] = gen_imgs.size()[..] else { unreachable!("images have four axes") };
    let rows = gen_imgs.view([SAMPLE_SIDE, n / SAMPLE_SIDE, height, width, channels]).permute([0, 2, 1, 3, 4]);
    let sheet = array4(&rows.reshape([1, SAMPLE_SIDE * height, -1, channels]))?;
    let path = folder.path.join("images").join(format!("sample_{iteration:05}.png"));
    images::save(&path, sheet.index_axis(ndarray::Axis(0), 0))
}

/// Writes each net's summary and diagram to `viz/`, as the book's `plot_model` does.
pub fn plot_model<M: Model>(model: &M, folder: &RunFolder) -> Result<()> {
    model.nets().summaries(M::CRITIC).iter().try_for_each(|summary| summary.save(&folder.path.join("viz")))
}
