//! 01_04: the two numbers behind every image of a biscuit tin (pp. 48-52).

use crate::autoencoder::Autoencoder;
use crate::linear::LinearMap;
use crate::tin_figures;
use crate::tins::{self, HEIGHTS, Tin, WIDTHS};
use anyhow::{Result, ensure};
use common::cli::Context;
use common::datasets::batches::Batches;
use common::device::{self, mix};
use common::say;
use common::training::{DataInfo, ExperimentConfig, Plan, Preset, Run, Training};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};
use tch::{Kind, Tensor};

/// Hyper-parameters of 01_04.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Tins to learn from.
    pub tins: usize,
    /// Tins to test with.
    pub test_tins: usize,
    /// Adam's learning rate.
    pub learning_rate: f64,
    /// Weight of the codes' mean square in the loss.
    pub penalty: f64,
    /// Tins in a step.
    pub batch_size: i64,
    /// Times that all tins are seen.
    pub epochs: u64,
}

impl ExperimentConfig for Config {
    fn preset(preset: Preset) -> Config {
        let book =
            Config { tins: 2000, test_tins: 1000, learning_rate: 0.002, penalty: 0.001, batch_size: 32, epochs: 200 };
        match preset {
            Preset::Book => book,
            Preset::Quick => Config { epochs: 80, ..book },
            Preset::Smoke => Config { tins: 200, test_tins: 100, epochs: 10, ..book },
        }
    }

    fn check(&self) -> Result<()> {
        ensure!((1..=100_000).contains(&self.tins), "tins must lie between 1 and 100000");
        ensure!((10..=100_000).contains(&self.test_tins), "test_tins must lie between 10 and 100000");
        ensure!((1..=100_000).contains(&self.batch_size), "batch_size must lie between 1 and 100000");
        ensure!(self.epochs > 0, "epochs must be above 0");
        ensure!(self.learning_rate.is_finite() && self.learning_rate > 0.0, "learning_rate must be above 0");
        ensure!(self.penalty.is_finite() && self.penalty >= 0.0, "penalty must not be below 0");
        Ok(())
    }
}

/// 01_04: draws tins, trains an autoencoder on them, and compares its codes with the truth.
pub fn run(context: &Context) -> Result<()> {
    let run = start(context)?;
    let config = &run.params.config;
    let seed = run.params.seed;
    tin_figures::latent_space_of_tins(context, &run)?;

    let (train, test) = (random_tins(config.tins, mix(&[seed, 1])), random_tins(config.test_tins, mix(&[seed, 2])));
    device::seed(&[seed]);
    let mut model = Autoencoder::new(config.learning_rate, config.penalty, context.device());
    fit(&mut model, &tensor(&train)?.to_device(context.device()), &run)?;

    let _no_grad = tch::no_grad_guard();
    let images = tensor(&test)?.to_device(context.device());
    let codes = model.encode(&images).to_device(tch::Device::Cpu);
    let truth = features(&test);
    let r_squared = LinearMap::fit(&codes, &truth).r_squared(&codes, &truth);
    let (height, width) = (r_squared[0], r_squared[1]);
    say!("a linear map from the two codes explains R² = {height:.4} of height and {width:.4} of width");

    tin_figures::loss(context, &run)?;
    tin_figures::latent_space(context, &run, &codes, &test, (height, width))?;
    tin_figures::reconstructions(context, &run, &model, &images, &test)?;
    tin_figures::walk(context, &run, &model, &codes, &LinearMap::fit(&truth, &codes))
}

/// The run to train.
pub fn start(context: &Context) -> Result<Run<Config>> {
    context.prefer_threads(1);
    let decides = format!("{HEIGHTS:?} {WIDTHS:?} {}", tins::SIDE);
    let data = DataInfo::own("tins", "drawn biscuit tins", decides.as_bytes());
    context.training_run::<Config>("representation", "tins", data)
}

/// Trains the autoencoder on images of tins `[n, 48, 48, 1]`.
pub fn fit(model: &mut Autoencoder, images: &Tensor, run: &Run<Config>) -> Result<()> {
    let Config { batch_size, epochs, .. } = run.params.config;
    let mut batches = Batches::new(images.size()[0], batch_size, run.params.seed);
    let plan =
        Plan { epochs, batches: batches.per_epoch(), seed: run.params.seed, metrics: &["loss", "reconstruction_loss"] };
    let mut training = Training::start(&run.folder, plan, model)?;
    while let Some(step) = training.next(model)? {
        let rows = batches.rows(step.epoch, step.batch).to_device(images.device());
        let batch = images.index_select(0, &rows);
        let [loss, reconstruction] = model.train_step(&batch);
        training.record(&[&loss, &reconstruction], batch.size()[0]);
    }
    Ok(())
}

/// Tins with heights and widths drawn evenly from their ranges.
pub fn random_tins(n: usize, seed: u64) -> Vec<Tin> {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    (0..n).map(|_| Tin::at(random.random(), random.random())).collect()
}

/// The images of tins, `[n, 48, 48, 1]`.
pub fn tensor(tins: &[Tin]) -> Result<Tensor> {
    let images = tins::images(tins)?;
    let side = tins::SIDE as i64;
    Ok(Tensor::from_slice(&images.into_raw_vec_and_offset().0).view([-1, side, side, 1]))
}

/// Height and width of tins, in pixels: `[n, 2]`.
pub fn features(tins: &[Tin]) -> Tensor {
    let values: Vec<f32> = tins.iter().flat_map(|tin| [tin.height, tin.width]).collect();
    Tensor::from_slice(&values).view([-1, 2]).to_kind(Kind::Double)
}
