//! Training, as Keras' `fit` does it (p. 70), with or without validation (p. 86).

use crate::classifier::Classifier;
use anyhow::{Result, ensure};
use common::datasets::batches::Batches;
use common::datasets::cifar10::LabeledImages;
use common::keras::Summary;
use common::say;
use common::training::{Plan, RunFolder, Training};

/// Images that are evaluated at a time, as in the book.
pub const EVALUATION_BATCH: i64 = 1000;

/// How to train.
#[derive(Debug, Clone, Copy)]
pub struct Fit {
    /// Images in a step.
    pub batch_size: i64,
    /// Times that all images are seen.
    pub epochs: u64,
    /// Seed of shuffling and dropout.
    pub seed: u64,
}

/// Validates the hyper-parameters.
pub fn check(images: i64, test_images: i64, learning_rate: f64, batch_size: i64, epochs: u64) -> Result<()> {
    ensure!((1..=50_000).contains(&images), "images must lie between 1 and 50000");
    ensure!((10..=10_000).contains(&test_images), "test_images must lie between 10 and 10000");
    ensure!(learning_rate.is_finite() && learning_rate > 0.0, "learning_rate must be above 0");
    // A batch of one image has no variance, which batch normalization divides by.
    ensure!((2..=50_000).contains(&batch_size), "batch_size must lie between 2 and 50000");
    ensure!(images % batch_size != 1, "batch_size {batch_size} leaves a last batch of a single image");
    ensure!(epochs > 0, "epochs must be above 0");
    Ok(())
}

/// Trains on images; where others are given, evaluates on them after each epoch.
pub fn fit(
    model: &mut Classifier,
    set: &LabeledImages,
    validation: Option<&LabeledImages>,
    folder: &RunFolder,
    fit: Fit,
) -> Result<()> {
    let mut batches = Batches::new(set.len(), fit.batch_size, fit.seed);
    let metrics: &[&str] = match validation {
        Some(_) => &["loss", "accuracy", "val_loss", "val_accuracy"],
        None => &["loss", "accuracy"],
    };
    let plan = Plan { epochs: fit.epochs, batches: batches.per_epoch(), seed: fit.seed, metrics };
    let mut training = Training::start(folder, plan, model)?;
    while let Some(step) = training.next(model)? {
        let rows = batches.rows(step.epoch, step.batch).to_device(set.images.device());
        let batch = set.rows(&rows);
        let [loss, accuracy] = model.train_step(&batch.images, &batch.labels);
        training.record(&[&loss, &accuracy], batch.len());
        if let Some(held_out) = validation.filter(|_| training.ends_epoch(step)) {
            let evaluation = model.evaluate(held_out, EVALUATION_BATCH);
            training.record_validation(&[evaluation.loss, evaluation.accuracy]);
        }
    }
    Ok(())
}

/// Prints a net's summary (p. 67) and writes it, with its diagram, to `viz/`.
pub fn show_model(summary: &Summary, folder: &RunFolder) -> Result<()> {
    say!("{summary}");
    summary.save(&folder.path.join("viz"))
}
