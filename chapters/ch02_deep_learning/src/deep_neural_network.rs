//! 02_01: the multilayer perceptron on CIFAR-10 (pp. 61-73).

use crate::classifier::Classifier;
use crate::fit::{self, EVALUATION_BATCH, Fit};
use crate::multilayer_perceptron::multilayer_perceptron;
use crate::{explained, results};
use anyhow::Result;
use common::cli::Context;
use common::datasets::cifar10;
use common::device;
use common::say;
use common::training::{ExperimentConfig, Preset};
use serde::{Deserialize, Serialize};

/// Hyper-parameters of 02_01.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Training images that are used, from the first on.
    pub images: i64,
    /// Test images that are used, from the first on.
    pub test_images: i64,
    /// Adam's learning rate.
    pub learning_rate: f64,
    /// Images in a step.
    pub batch_size: i64,
    /// Times that all images are seen.
    pub epochs: u64,
}

impl ExperimentConfig for Config {
    fn preset(preset: Preset) -> Config {
        let book = Config { images: 50_000, test_images: 10_000, learning_rate: 0.0005, batch_size: 32, epochs: 10 };
        match preset {
            Preset::Book => book,
            Preset::Quick => book, // it takes half a minute
            Preset::Smoke => Config { images: 96, test_images: 100, epochs: 3, ..book },
        }
    }

    fn check(&self) -> Result<()> {
        fit::check(self.images, self.test_images, self.learning_rate, self.batch_size, self.epochs)
    }
}

/// 02_01: trains the perceptron and evaluates it on the test set.
pub fn run(context: &Context) -> Result<()> {
    let data = context.data("cifar10")?;
    let run = context.training_run::<Config>("mlp", "cifar10", &data)?;
    let Config { images, test_images, learning_rate, batch_size, epochs } = run.params.config;
    let seed = run.params.seed;
    let train = cifar10::train(&data.dir, images)?.to_device(context.device());
    let test = cifar10::test(&data.dir, test_images)?;
    let names = cifar10::class_names(&data.dir)?;

    device::seed(&[seed]);
    let mut model = Classifier::new(multilayer_perceptron, context.device());
    fit::show_model(&model.net().summary("mlp"), &run.folder)?;
    model.compile(learning_rate);
    fit::fit(&mut model, &train, None, &run.folder, Fit { batch_size, epochs, seed })?;

    let evaluation = model.evaluate(&test, EVALUATION_BATCH);
    say!("test set: loss {:.4}, accuracy {:.4}", evaluation.loss, evaluation.accuracy);
    explained::activation_functions(context, &run)?;
    results::examples(context, &run, &train, &names)?;
    results::history(context, &run, &evaluation, "the multilayer perceptron")?;
    results::confusion(context, &run, &test, &evaluation, &names)?;
    results::predictions(context, &run, &test, &evaluation, &names)
}
