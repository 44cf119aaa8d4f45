//! 02_01: the multilayer perceptron on CIFAR-10 (pp. 61-73).

use super::{ClassifierConfig, show_model};
use crate::figures::{explained, results};
use crate::models::{Classifier, EVALUATION_BATCH, multilayer_perceptron};
use anyhow::Result;
use common::cli::Context;
use common::datasets::cifar10;
use common::keras::{Adam, Optimizer};
use common::training::{ExperimentConfig, Preset};
use common::{device, say};
use serde::{Deserialize, Serialize};

/// Hyper-parameters of 02_01.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Config(pub ClassifierConfig);

impl ExperimentConfig for Config {
    fn preset(preset: Preset) -> Config {
        Config(match preset {
            Preset::Book => ClassifierConfig::book(),
            Preset::Quick => ClassifierConfig::book(), // it takes half a minute
            Preset::Smoke => ClassifierConfig::smoke(),
        })
    }

    fn check(&self) -> Result<()> {
        self.0.check()
    }
}

/// 02_01: trains the perceptron and evaluates it on the test set.
pub fn run(context: &Context) -> Result<()> {
    let data = context.data("cifar10")?;
    let run = context.training_run::<Config>("mlp", "cifar10", &data)?;
    let ClassifierConfig { images, test_images, learning_rate, fit } = run.params.config.0;
    let seed = run.params.seed;
    let train = cifar10::train(&data.dir, images)?.to_device(context.device());
    let test = cifar10::test(&data.dir, test_images)?;
    let names = cifar10::class_names(&data.dir)?;

    device::seed(&[seed]);
    let model = Classifier::new(multilayer_perceptron, context.device())?;
    show_model(&model.model, &run.folder)?;
    let mut optimizer = Optimizer::for_variables(&model.variables, Adam::new(learning_rate));
    model.fit(&mut optimizer, &train, None, fit, &run.folder, seed)?;

    let evaluation = model.evaluate(&test, EVALUATION_BATCH);
    let figures = context.figures(&run);
    say!("test set: loss {:.4}, accuracy {:.4}", evaluation.loss, evaluation.accuracy);
    explained::activation_functions(&figures)?;
    results::examples(&figures, &train, &names)?;
    results::history(&figures, &evaluation, "the multilayer perceptron")?;
    results::confusion(&figures, &test, &evaluation, &names)?;
    results::predictions(&figures, &test, &evaluation, &names)
}
