use super::{DrawingClassifier, Trained, ensure_drawings};
use crate::datasets::batches::Batches;
use crate::datasets::quickdraw::{Drawings, augmented};
use crate::device::{self, mix};
use crate::keras::losses::{sparse_categorical_accuracy, sparse_categorical_crossentropy_from_logits};
use crate::keras::{Adam, Optimizer};
use crate::say;
use crate::training::ensure_not_stopped;
use crate::transfer::upload;
use anyhow::{Context, Result, ensure};
use sha2::{Digest, Sha256};
use tch::{Device, Kind};

/// Version of the net and its training: increment it with every change, so that older files are not used.
const FORM: u32 = 1;
/// Batch size.
const BATCH: i64 = 64;
/// A tenth of the drawings is held out, but at most this many.
const MOST_HELD_BACK: i64 = 5000;

/// Length and seed of training; the net is always the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settings {
    /// Number of steps of 64 drawings each, independent of the number of drawings.
    pub steps: u64,
    /// Seed of weights, order, dropout and the choice of held-out drawings.
    pub seed: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Settings { steps: 1500, seed: 42 }
    }
}

/// A hash of settings and drawings: twelve hexadecimal digits.
pub(super) fn fingerprint(drawings: &Drawings, settings: Settings) -> Result<String> {
    let mut hash = Sha256::new();
    hash.update(format!("{FORM} {settings:?} {:?}", drawings.categories));
    for tensor in [&drawings.images, &drawings.labels] {
        for some in tensor.split(1000, 0) {
            let some = some.to_device(Device::Cpu).to_kind(Kind::Float).flatten(0, -1);
            let values = Vec::<f32>::try_from(some).context("cannot read drawings")?;
            values.iter().for_each(|value| hash.update(value.to_le_bytes()));
        }
    }
    Ok(hash.finalize().iter().take(6).map(|byte| format!("{byte:02x}")).collect())
}

/// Trains on nine tenths of the drawings and evaluates the rest.
pub(super) fn train(drawings: &Drawings, settings: Settings, device: Device) -> Result<DrawingClassifier> {
    check(drawings)?;
    let Settings { steps, seed } = settings;
    ensure!(steps > 0, "a classifier of drawings needs at least one training step");
    let all = drawings.labels.size()[0];
    let held_back = (all / 10).min(MOST_HELD_BACK);
    let n = all - held_back;
    let order = Batches::new(all, all, seed).rows(0, 0);
    let categories = drawings.categories.len();
    say!("training a classifier of {categories} categories on {n} drawings, to evaluate samples");

    device::seed(&[seed]);
    let mut classifier = DrawingClassifier::new(drawings.categories.clone(), device)?;
    let mut optimizer = Optimizer::for_variables(&classifier.store, Adam::new(1e-3));
    let mut batches = Batches::new(n, BATCH, seed);
    for step in 0..steps {
        ensure_not_stopped()?;
        let batch = batches.rows(step / batches.per_epoch(), step % batches.per_epoch());
        let rows = order.narrow(0, held_back, n).index_select(0, &batch);
        let (images, labels) = (drawings.images.index_select(0, &rows), drawings.labels.index_select(0, &rows));
        let images = if step % 2 == 0 { images } else { augmented(&images, images.size()[0], mix(&[seed, step])) };
        let (logits, labels) = (classifier.logits(&images, true), upload(&labels, device));
        optimizer.minimize(&sparse_categorical_crossentropy_from_logits(&labels, &logits));
    }
    let rows = order.narrow(0, 0, held_back);
    let labels = drawings.labels.index_select(0, &rows).to_device(device);
    let probabilities = classifier.probabilities(&drawings.images.index_select(0, &rows))?;
    let accuracy = sparse_categorical_accuracy(&labels, &probabilities).double_value(&[]);
    say!("accuracy on {held_back} held-out drawings: {:.1} %", 100.0 * accuracy);
    classifier.trained = Trained { drawings: n, accuracy };
    Ok(classifier)
}

fn check(drawings: &Drawings) -> Result<()> {
    let Drawings { images, labels, categories } = drawings;
    ensure_drawings(images)?;
    ensure!(
        images.device() == Device::Cpu && labels.device() == Device::Cpu,
        "the training drawings must be on the CPU"
    );
    let (n, known) = (images.size()[0], categories.len());
    ensure!(n >= 20, "{n} drawings are too few to train a classifier: 20 are needed");
    let (kind, shape) = (labels.kind(), labels.size());
    ensure!(shape == [n] && kind == Kind::Int64, "{n} drawings need as many int64 labels, not {kind:?} {shape:?}");
    let (least, greatest) = (labels.min().int64_value(&[]), labels.max().int64_value(&[]));
    ensure!(
        least >= 0 && greatest < known as i64,
        "labels range from {least} to {greatest}, but there are {known} categories"
    );
    Ok(())
}
