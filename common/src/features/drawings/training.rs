use super::{DrawingClassifier, LabelledDrawings, Trained};
use crate::datasets::batches::Batches;
use crate::device;
use crate::keras::losses::{sparse_categorical_accuracy, sparse_categorical_crossentropy_from_logits};
use crate::keras::{Adam, Optimizer};
use crate::say;
use crate::training::ensure_not_stopped;
use anyhow::{Result, ensure};
use sha2::{Digest, Sha256};
use tch::Device;

/// Counts the forms that the net and its training have had: raise it with every change, so that no older file is used.
const FORM: u32 = 1;
/// Drawings in a step.
const BATCH: i64 = 64;
/// Of the drawings, a tenth is held back, but at most so many.
const MOST_HELD_BACK: i64 = 5000;

/// How long to train; the net is always the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settings {
    /// Steps of 64 drawings each, however many drawings there are.
    pub steps: u64,
    /// Seed of weights, order, dropout and which drawings are held back.
    pub seed: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Settings { steps: 1500, seed: 42 }
    }
}

impl Settings {
    /// Tells these settings on these drawings from all others: twelve hexadecimal digits.
    pub(super) fn fingerprint(self, drawings: &LabelledDrawings) -> Result<String> {
        let mut hash = Sha256::new();
        hash.update(format!("{FORM} {self:?}"));
        drawings.digest(&mut hash)?;
        Ok(hash.finalize().iter().take(6).map(|byte| format!("{byte:02x}")).collect())
    }
}

/// Trains on nine tenths of the drawings and tries the rest.
pub(super) fn train(drawings: &LabelledDrawings, settings: Settings, device: Device) -> Result<DrawingClassifier> {
    let Settings { steps, seed } = settings;
    ensure!(steps > 0, "a classifier of drawings cannot be trained in 0 steps");
    let n = drawings.len();
    let held_back = (n / 10).min(MOST_HELD_BACK);
    let order = Batches::new(n, n, seed).rows(0, 0);
    let (training, others) = (order.narrow(0, held_back, n - held_back), order.narrow(0, 0, held_back));
    let n = n - held_back;
    say!("training a classifier of {} categories on {n} drawings, to measure samples with", drawings.classes().len());

    device::seed(&[seed]);
    let mut classifier = DrawingClassifier::new(drawings.classes().to_vec(), device);
    let mut optimizer = Optimizer::of(&classifier.store, Adam::new(1e-3));
    let mut batches = Batches::new(n, BATCH, seed);
    for step in 0..steps {
        ensure_not_stopped()?;
        let rows = training.index_select(0, &batches.rows(step / batches.per_epoch(), step % batches.per_epoch()));
        let (pictures, labels) = drawings.rows(&rows);
        let logits = classifier.logits(&pictures, true);
        optimizer.minimize(&sparse_categorical_crossentropy_from_logits(&labels.to_device(device), &logits));
    }
    let (pictures, labels) = drawings.rows(&others);
    let probabilities = classifier.probabilities(&pictures)?;
    let accuracy = sparse_categorical_accuracy(&labels.to_device(device), &probabilities).double_value(&[]);
    say!("it finds the category of {:.1} % of {held_back} drawings held back", 100.0 * accuracy);
    classifier.trained = Trained { drawings: n, accuracy };
    Ok(classifier)
}
