//! A small classifier of grey 28 × 28 drawings, such as Quick, Draw!'s. It is trained once, in less than a minute on
//! one core, and saved to a file. It always computes in f32, so that its measurements are comparable.

mod training;

pub use training::Settings;

use super::{FeatureNet, in_batches};
use crate::datasets::quickdraw::Drawings;
use crate::keras::weights::{assign, named_variables, read_file, to_keras, write_file};
use crate::keras::{Conv, Model, Net, nhwc_to_nchw, precision};
use crate::say;
use crate::transfer::upload;
use anyhow::{Context, Result, ensure};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::path::Path;
use tch::nn::VarStore;
use tch::{Device, Tensor};

/// Pixels along each side.
pub const SIDE: i64 = 28;
/// Number of features: units of the layer before the last.
pub const FEATURES: i64 = 64;

/// Number of images per batch.
const BATCH: i64 = 500;
/// Key of [`Trained`] in the file's header, as JSON.
const TRAINED: &str = "trained";

/// A classifier of drawings. Its features are the 64 inputs of the last layer.
#[derive(Debug)]
pub struct DrawingClassifier {
    store: VarStore,
    /// Drawing to features.
    body: Model,
    /// Drawing to logits of the categories.
    classifier: Model,
    categories: Vec<String>,
    trained: Trained,
}

/// The result of training.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
struct Trained {
    /// Number of training drawings.
    drawings: i64,
    /// Accuracy on held-out drawings.
    accuracy: f64,
}

impl DrawingClassifier {
    /// The classifier for these drawings and settings: loaded from the folder, or trained and saved there. Other
    /// drawings or settings use another file.
    ///
    /// A tenth of the drawings, at most 5,000, is held out for the [`accuracy`](DrawingClassifier::accuracy). The
    /// others are augmented in every other step, so few are enough. Pass original drawings only
    /// ([`Drawings::at_most`]): with augmented ones the held-out drawings would resemble the training drawings.
    /// Training seeds libtorch's random numbers.
    ///
    /// # Errors
    /// There are fewer than 20 drawings, they have another shape, training is interrupted, or the file cannot be
    /// written.
    pub fn trained(
        folder: &Path,
        drawings: &Drawings,
        settings: Settings,
        device: Device,
    ) -> Result<DrawingClassifier> {
        let file =
            folder.join(format!("drawing_classifier_{}.safetensors", training::fingerprint(drawings, settings)?));
        if file.exists() {
            match DrawingClassifier::load(&file, drawings.categories.clone(), device) {
                Ok(classifier) => return Ok(classifier),
                Err(error) => say!("{error:#}; training the classifier of drawings again"),
            }
        }
        let classifier = training::train(drawings, settings, device)?;
        classifier.save(&file)?;
        Ok(classifier)
    }

    /// Probabilities of the categories, `[n, categories]`, for drawings `[n, 28, 28, 1]` in [0, 1].
    ///
    /// # Errors
    /// The images have another size.
    pub fn probabilities(&self, drawings: &Tensor) -> Result<Tensor> {
        ensure_drawings(drawings)?;
        Ok(in_batches(drawings, BATCH, |some| self.logits(some, false).softmax(-1, None)))
    }

    /// Names of the categories, in the order of the probabilities.
    pub fn categories(&self) -> &[String] {
        &self.categories
    }

    /// Accuracy on the held-out drawings.
    pub fn accuracy(&self) -> f64 {
        self.trained.accuracy
    }

    fn new(categories: Vec<String>, device: Device) -> Result<DrawingClassifier> {
        let store = VarStore::new(device);
        let net = Net::new(&store.root());
        let drawing = net.input("drawing", [SIDE, SIDE, 1]);
        let features = drawing
            .conv2d("conv_0", Conv::new(32, 5).strides(2))
            .relu()
            .conv2d("conv_1", Conv::new(64, 5).strides(2))
            .relu()
            .flatten()
            .dense("features", FEATURES)
            .leaky_relu(0.3); // with ReLU a third of the features would become 0 for every drawing
        let category = features.dropout(0.5).dense("category", categories.len() as i64);
        let body = net.model("features", &[&drawing], &[&features])?;
        let classifier = net.model("drawing_classifier", &[&drawing], &[&category])?;
        Ok(DrawingClassifier { store, body, classifier, categories, trained: Trained::default() })
    }

    fn logits(&self, drawings: &Tensor, train: bool) -> Tensor {
        let drawings = nhwc_to_nchw(&upload(drawings, self.store.device()));
        precision::in_f32(|| self.classifier.forward_t(&drawings, train))
    }

    fn load(file: &Path, categories: Vec<String>, device: Device) -> Result<DrawingClassifier> {
        let (tensors, header) = read_file(file)?;
        let mut classifier = DrawingClassifier::new(categories, device)?;
        assign(&classifier.store, tensors).with_context(|| format!("{} is damaged", file.display()))?;
        let json = header.get(TRAINED).map_or("", String::as_str);
        classifier.trained = serde_json::from_str(json).with_context(|| format!("{} is damaged", file.display()))?;
        Ok(classifier)
    }

    fn save(&self, file: &Path) -> Result<()> {
        let tensors = named_variables(&self.store).into_iter().map(|(name, tensor)| (name, to_keras(&tensor)));
        let json = serde_json::to_string(&self.trained).context("cannot encode the training result as JSON")?;
        write_file(file, tensors, HashMap::from([(TRAINED.to_string(), json)]))
    }
}

impl FeatureNet for DrawingClassifier {
    fn features(&self, images: &Tensor) -> Result<Tensor> {
        ensure_drawings(images)?;
        let device = self.store.device();
        let features = |some: &Tensor| self.body.forward_t(&nhwc_to_nchw(&some.to_device(device)), false);
        Ok(precision::in_f32(|| in_batches(images, BATCH, features)))
    }

    fn name(&self) -> String {
        format!(
            "{FEATURES} values of a classifier of {} categories, trained on {} drawings, held-out accuracy {:.1} %",
            self.categories.len(),
            self.trained.drawings,
            100.0 * self.trained.accuracy
        )
    }
}

fn ensure_drawings(images: &Tensor) -> Result<()> {
    let wanted = matches!(images.size()[..], [n, SIDE, SIDE, 1] if n > 0);
    ensure!(wanted, "drawings are [n, {SIDE}, {SIDE}, 1], n above 0, not {:?}", images.size());
    Ok(())
}
