//! 01_04: the two latent features of biscuit tins (pp. 48-52).

use crate::figures::tins as draw;
use crate::models::autoencoder::Autoencoder;
use crate::models::linear::LinearMap;
use crate::models::tins::{self, HEIGHTS, WIDTHS, features, random_tins, tensor};
use anyhow::{Result, ensure};
use common::cli::Context;
use common::datasets::batches::Batches;
use common::device::{self, mix};
use common::keras::Optimizer;
use common::say;
use common::training::{
    DataInfo, ExperimentConfig, FitConfig, Plan, Preset, Run, TrainState, Training, ensure_positive,
};
use common::transfer::upload;
use serde::{Deserialize, Serialize};
use tch::Tensor;

/// Hyper-parameters of 01_04.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Config {
    /// Number of training tins.
    pub tins: usize,
    /// Number of test tins.
    pub test_tins: usize,
    /// Adam's learning rate.
    pub learning_rate: f64,
    /// Weight of the codes' mean square in the loss.
    pub penalty: f64,
    /// Batch size and epochs.
    #[serde(flatten)]
    pub fit: FitConfig,
}

impl ExperimentConfig for Config {
    fn preset(preset: Preset) -> Config {
        let fit = FitConfig::new(32, 200);
        let book = Config { tins: 2000, test_tins: 1000, learning_rate: 0.002, penalty: 0.001, fit };
        match preset {
            Preset::Book => book,
            Preset::Quick => Config { fit: FitConfig { epochs: 80, ..fit }, ..book },
            Preset::Smoke => Config { tins: 200, test_tins: 100, fit: FitConfig { epochs: 10, ..fit }, ..book },
        }
    }

    fn check(&self) -> Result<()> {
        ensure!((1..=100_000).contains(&self.tins), "tins must lie between 1 and 100000");
        ensure!((10..=100_000).contains(&self.test_tins), "test_tins must lie between 10 and 100000");
        self.fit.check(1..=100_000)?;
        ensure_positive("learning_rate", self.learning_rate)?;
        ensure!(self.penalty.is_finite() && self.penalty >= 0.0, "penalty must be 0 or more");
        Ok(())
    }
}

/// 01_04: draws tins, trains an autoencoder on them, and compares its codes with their heights and widths.
pub fn run(context: &Context) -> Result<()> {
    let run = start(context)?;
    let config = &run.params.config;
    let (seed, figures) = (run.params.seed, context.figures(&run));
    let (train, test) = (random_tins(config.tins, mix(&[seed, 1])), random_tins(config.test_tins, mix(&[seed, 2])));
    device::seed(&[seed]);
    let model = Autoencoder::new(config.penalty, context.device())?;
    let mut optimizer = model.optimizer(config.learning_rate);
    fit(&model, &mut optimizer, &tensor(&train)?.to_device(context.device()), &run)?;

    let _no_grad = tch::no_grad_guard();
    let images = tensor(&test)?.to_device(context.device());
    let codes = model.encode(&images).to_device(tch::Device::Cpu);
    let truth = features(&test);
    let r_squared = LinearMap::fit(&codes, &truth).r_squared(&codes, &truth);
    let (height, width) = (r_squared[0], r_squared[1]);
    say!("a linear map from the two codes explains R² = {height:.4} of height and {width:.4} of width");

    // After training, since each figure says how long that was.
    draw::latent_space_of_tins(&figures)?;
    draw::loss(&figures)?;
    draw::latent_space(&figures, &codes, &test, (height, width))?;
    draw::reconstructions(&figures, &model, &images, &test)?;
    draw::walk(&figures, &model, &codes, &LinearMap::fit(&truth, &codes))
}

/// The run to train.
pub fn start(context: &Context) -> Result<Run<Config>> {
    context.prefer_threads(1);
    let decides = format!("{HEIGHTS:?} {WIDTHS:?} {}", tins::SIDE);
    let data = DataInfo::own("tins", "drawn biscuit tins", decides.as_bytes());
    context.training_run::<Config>("representation", "tins", data)
}

/// Trains the autoencoder on images of tins `[n, 48, 48, 1]`.
pub fn fit(model: &Autoencoder, optimizer: &mut Optimizer, images: &Tensor, run: &Run<Config>) -> Result<()> {
    let (FitConfig { batch_size, epochs, .. }, seed) = (run.params.config.fit, run.params.seed);
    let mut batches = Batches::new(images.size()[0], batch_size, seed);
    let plan = Plan { epochs, batches: batches.per_epoch(), seed };
    let state = TrainState::new(&model.variables).optimizer("adam", optimizer);
    let mut training = Training::start(&run.folder, plan, state)?;
    while let Some(step) = training.next()? {
        let rows = upload(&batches.rows(step.epoch, step.batch), images.device());
        let batch = images.index_select(0, &rows);
        let [loss, reconstruction] = model.train_step(&batch, optimizer);
        training.record(batch.size()[0], &[("loss", &loss), ("reconstruction_loss", &reconstruction)]);
    }
    Ok(())
}
