//! A net that tells classes of images apart: compile, train, evaluate and predict (pp. 68-73).

use common::datasets::cifar10::LabeledImages;
use common::keras::{Adam, Optimizer, Sequential, losses, nhwc_to_nchw};
use common::training::Checkpointed;
use tch::nn::{self, ModuleT};
use tch::{Device, Kind, Tensor};

/// A net that ends in a softmax and, once compiled, an optimizer.
#[derive(Debug)]
pub struct Classifier {
    variables: nn::VarStore,
    net: Sequential,
    optimizer: Option<Optimizer>,
}

/// How well a classifier does on images that it has not seen.
#[derive(Debug)]
pub struct Evaluation {
    /// Mean cross-entropy.
    pub loss: f64,
    /// Share of images whose class is told right.
    pub accuracy: f64,
    /// The class told for each image, `[n]`, int64 on the CPU.
    pub predicted: Tensor,
}

impl Classifier {
    /// An untrained classifier.
    pub fn new(net: impl Fn(&nn::Path) -> Sequential, device: Device) -> Classifier {
        let variables = nn::VarStore::new(device);
        let net = net(&variables.root());
        Classifier { variables, net, optimizer: None }
    }

    /// Gives the classifier an optimizer (p. 68).
    pub fn compile(&mut self, learning_rate: f64) {
        self.optimizer = Some(Optimizer::of(&self.variables, Adam::new(learning_rate)));
    }

    /// The net.
    pub fn net(&self) -> &Sequential {
        &self.net
    }

    /// One step of training on images `[n, height, width, channels]` and their classes `[n]`: loss and accuracy.
    pub fn train_step(&mut self, images: &Tensor, labels: &Tensor) -> [Tensor; 2] {
        // As tf.keras does it, the cross-entropy is that of what goes into the softmax.
        let logits = self.net.forward_but_last(&nhwc_to_nchw(images), true);
        let loss = losses::sparse_categorical_crossentropy_from_logits(labels, &logits);
        self.optimizer.as_mut().expect("the classifier is compiled before it trains").minimize(&loss);
        [loss, losses::sparse_categorical_accuracy(labels, &logits.detach())]
    }

    /// Probabilities of the classes `[n, classes]` for images `[n, height, width, channels]` (p. 72).
    pub fn predict(&self, images: &Tensor) -> Tensor {
        tch::no_grad(|| self.net.forward_t(&nhwc_to_nchw(images), false))
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
            let logits = self.net.forward_but_last(&nhwc_to_nchw(&images), false);
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

impl Checkpointed for Classifier {
    fn variables(&self) -> &nn::VarStore {
        &self.variables
    }

    fn optimizers(&mut self) -> Vec<(&'static str, &mut Optimizer)> {
        self.optimizer.iter_mut().map(|optimizer| ("adam", optimizer)).collect()
    }
}
