//! A classifier of images: compile, train, evaluate and predict (pp. 68-73).

use anyhow::Result;
use common::datasets::batches::Batches;
use common::datasets::cifar10::LabeledImages;
use common::keras::{Model, Optimizer, losses, nhwc_to_nchw};
use common::training::{FitConfig, Plan, RunFolder, TrainState, Training};
use common::transfer::upload;
use tch::nn::{self, VarStore};
use tch::{Device, Kind, Tensor};

/// Batch size of evaluation, as in the book.
pub const EVALUATION_BATCH: i64 = 1000;

/// A net that ends in a softmax.
#[derive(Debug)]
pub struct Classifier {
    /// All weights.
    pub variables: VarStore,
    /// Images -> probabilities.
    pub model: Model,
    /// Images -> logits.
    logits: Model,
}

/// Results of a classifier on a data set.
#[derive(Debug)]
pub struct Evaluation {
    /// Mean cross-entropy.
    pub loss: f64,
    /// Share of images with the correct class.
    pub accuracy: f64,
    /// The predicted class of each image, `[n]`, int64 on the CPU.
    pub predicted: Tensor,
}

impl Classifier {
    /// An untrained classifier.
    ///
    /// # Errors
    /// The net cannot be built.
    pub fn new(net: impl Fn(&nn::Path) -> Result<Model>, device: Device) -> Result<Classifier> {
        let variables = VarStore::new(device);
        let model = net(&variables.root())?;
        let logits = model.logits()?;
        Ok(Classifier { variables, model, logits })
    }

    /// One step of training on images `[n, height, width, channels]` and their classes `[n]`: loss and accuracy.
    pub fn train_step(&self, images: &Tensor, labels: &Tensor, optimizer: &mut Optimizer) -> [Tensor; 2] {
        // Like tf.keras, computes the cross-entropy from logits.
        let logits = self.logits.forward_t(&nhwc_to_nchw(images), true);
        let loss = losses::sparse_categorical_crossentropy_from_logits(labels, &logits);
        optimizer.minimize(&loss);
        [loss, losses::sparse_categorical_accuracy(labels, &logits.detach())]
    }

    /// Trains like Keras' `fit` (p. 70); with validation images, evaluates on them after each epoch (p. 86).
    ///
    /// # Errors
    /// As [`Training::next`].
    pub fn fit(
        &self,
        optimizer: &mut Optimizer,
        set: &LabeledImages,
        validation: Option<&LabeledImages>,
        fit: FitConfig,
        run: &RunFolder,
        seed: u64,
    ) -> Result<()> {
        let mut batches = Batches::new(set.len(), fit.batch_size, seed);
        let plan = Plan { epochs: fit.epochs, batches: batches.per_epoch(), seed };
        let mut training = Training::start(run, plan, TrainState::new(&self.variables).optimizer("adam", optimizer))?;
        while let Some(step) = training.next()? {
            let batch = set.rows(&upload(&batches.rows(step.epoch, step.batch), set.images.device()));
            let [loss, accuracy] = self.train_step(&batch.images, &batch.labels, optimizer);
            training.record(batch.len(), &[("loss", &loss), ("accuracy", &accuracy)]);
            if let Some(held_out) = validation.filter(|_| training.ends_epoch(step)) {
                let Evaluation { loss, accuracy, .. } = self.evaluate(held_out, EVALUATION_BATCH);
                training.record_validation(&[("val_loss", loss), ("val_accuracy", accuracy)]);
            }
        }
        Ok(())
    }

    /// Probabilities of the classes `[n, classes]` for images `[n, height, width, channels]` (p. 72).
    pub fn predict(&self, images: &Tensor) -> Tensor {
        tch::no_grad(|| self.model.forward_t(&nhwc_to_nchw(images), false))
    }

    /// Loss, accuracy and predictions on images, `batch_size` at a time (p. 71).
    pub fn evaluate(&self, set: &LabeledImages, batch_size: i64) -> Evaluation {
        let _no_grad = tch::no_grad_guard();
        let device = self.variables.device();
        let (mut loss, mut predicted) = (0.0, vec![]);
        for start in (0..set.len()).step_by(batch_size as usize) {
            let n = batch_size.min(set.len() - start);
            let images = set.images.narrow(0, start, n).to_device(device);
            let labels = set.labels.narrow(0, start, n).to_device(device);
            let logits = self.logits.forward_t(&nhwc_to_nchw(&images), false);
            let mean = losses::sparse_categorical_crossentropy_from_logits(&labels, &logits);
            loss += mean.double_value(&[]) * n as f64;
            predicted.push(logits.argmax(-1, false).to_device(Device::Cpu));
        }
        let predicted = Tensor::cat(&predicted, 0);
        let right = predicted.eq_tensor(&set.labels.to_device(Device::Cpu)).to_kind(Kind::Double);
        let accuracy = right.mean(None).double_value(&[]);
        Evaluation { loss: loss / set.len() as f64, accuracy, predicted }
    }
}
