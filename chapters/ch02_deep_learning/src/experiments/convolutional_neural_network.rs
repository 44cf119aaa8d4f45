//! 02_03: the convolutional network on CIFAR-10 (pp. 74-88).

use super::{ClassifierConfig, show_model};
use crate::figures::{explained, results};
use crate::models::{Classifier, EVALUATION_BATCH, convolutional_network, two_convolutions};
use anyhow::Result;
use common::cli::Context;
use common::datasets::cifar10;
use common::keras::{Adam, Optimizer};
use common::training::{ExperimentConfig, Preset};
use common::{device, say};
use serde::{Deserialize, Serialize};

/// Hyper-parameters of 02_03.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Config(pub ClassifierConfig);

impl ExperimentConfig for Config {
    fn preset(preset: Preset) -> Config {
        Config(match preset {
            Preset::Book => ClassifierConfig::book(),
            Preset::Quick => ClassifierConfig::book().epochs(4),
            Preset::Smoke => ClassifierConfig::smoke(),
        })
    }

    fn check(&self) -> Result<()> {
        self.0.check()
    }
}

/// 02_03: trains the network, validating after each epoch, and evaluates it on the test set.
pub fn run(context: &Context) -> Result<()> {
    let data = context.data("cifar10")?;
    let run = context.training_run::<Config>("cnn", "cifar10", &data)?;
    let ClassifierConfig { images, test_images, learning_rate, fit } = run.params.config.0;
    let seed = run.params.seed;
    let train = cifar10::train(&data.dir, images)?.to_device(context.device());
    let test = cifar10::test(&data.dir, test_images)?.to_device(context.device());
    let names = cifar10::class_names(&data.dir)?;

    device::seed(&[seed]);
    let toy = Classifier::new(two_convolutions, context.device())?;
    show_model(&toy.model, &run.folder)?;
    let model = Classifier::new(convolutional_network, context.device())?;
    show_model(&model.model, &run.folder)?;
    let mut optimizer = Optimizer::for_variables(&model.variables, Adam::new(learning_rate));
    model.fit(&mut optimizer, &train, Some(&test), fit, &run.folder, seed)?;

    let evaluation = model.evaluate(&test, EVALUATION_BATCH);
    let figures = context.figures(&run);
    say!("test set: loss {:.4}, accuracy {:.4}", evaluation.loss, evaluation.accuracy);
    results::history(&figures, &evaluation, "the convolutional network")?;
    results::confusion(&figures, &test, &evaluation, &names)?;
    results::predictions(&figures, &test, &evaluation, &names)?;
    explained::batch_normalization(&figures, &model, &test)?;
    explained::dropout(&figures, &model, &test)
}
