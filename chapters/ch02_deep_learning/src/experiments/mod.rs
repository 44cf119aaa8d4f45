//! The book's notebooks: hyper-parameters, training, analysis.

pub mod convolutional_neural_network;
pub mod convolutions;
pub mod deep_neural_network;

use anyhow::{Result, ensure};
use common::keras::Model;
use common::say;
use common::training::{FitConfig, RunFolder, ensure_positive};
use serde::{Deserialize, Serialize};

/// Hyper-parameters of both classifiers.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct ClassifierConfig {
    /// Number of training images, from the first one on.
    pub images: i64,
    /// Number of test images, from the first one on; 02_03 also validates on them, like the book.
    pub test_images: i64,
    /// Adam's learning rate.
    pub learning_rate: f64,
    /// Batch size and epochs.
    #[serde(flatten)]
    pub fit: FitConfig,
}

impl ClassifierConfig {
    /// The book's hyper-parameters.
    pub fn book() -> ClassifierConfig {
        ClassifierConfig { images: 50_000, test_images: 10_000, learning_rate: 0.0005, fit: FitConfig::new(32, 10) }
    }

    /// Seconds: for tests.
    pub fn smoke() -> ClassifierConfig {
        ClassifierConfig { images: 96, test_images: 100, fit: FitConfig::new(32, 3), ..ClassifierConfig::book() }
    }

    /// The same with another number of epochs.
    pub fn epochs(self, epochs: u64) -> ClassifierConfig {
        ClassifierConfig { fit: FitConfig { epochs, ..self.fit }, ..self }
    }

    fn check(&self) -> Result<()> {
        let ClassifierConfig { images, test_images, learning_rate, fit } = *self;
        ensure!((1..=50_000).contains(&images), "images must lie between 1 and 50000");
        ensure!((10..=10_000).contains(&test_images), "test_images must lie between 10 and 10000");
        ensure_positive("learning_rate", learning_rate)?;
        // Batch normalization divides by the variance of the batch: it needs two images.
        fit.check(2..=50_000)?;
        ensure!(
            images % fit.batch_size != 1,
            "batch_size {} leaves a single image for the last batch; batch normalization needs two",
            fit.batch_size
        );
        Ok(())
    }
}

/// Prints a model's summary (p. 67) and writes it, with its diagram, to `viz/`.
fn show_model(model: &Model, run: &RunFolder) -> Result<()> {
    say!("{}", model.summary());
    run.plot_model(&[model])
}
