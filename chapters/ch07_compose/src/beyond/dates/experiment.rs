//! 07_06: a net learns to rewrite dates (pp. 254-257).

use super::calendar::DAYS;
use super::data::{Dates, INPUT_LENGTH, INPUT_TOKENS, OUTPUT_LENGTH, OUTPUT_TOKENS};
use super::forms::Form;
use super::model::{EncoderDecoder, NetConfig, Sizes};
use super::numbers::{self, Score};
use super::{diagram, figures};
use anyhow::{Result, ensure};
use common::cli::Context;
use common::datasets::batches::Batches;
use common::keras::{Adam, Optimizer};
use common::training::{
    DataInfo, ExperimentConfig, FitConfig, Plan, Preset, Run, RunFolder, TrainState, Training, ensure_positive,
};
use common::{device, say};
use serde::{Deserialize, Serialize};
use tch::Device;

/// What the net reads and writes.
pub const SIZES: Sizes = Sizes {
    input_length: INPUT_LENGTH as i64,
    input_tokens: INPUT_TOKENS,
    output_length: OUTPUT_LENGTH as i64,
    output_tokens: OUTPUT_TOKENS,
};

/// Hyper-parameters of 07_06.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Config {
    /// Dates to train on.
    pub dates: usize,
    /// Held-out dates.
    pub test_dates: usize,
    /// The net.
    pub net: NetConfig,
    /// Adam's learning rate.
    pub learning_rate: f64,
    /// Batch size and epochs.
    #[serde(flatten)]
    pub fit: FitConfig,
}

impl ExperimentConfig for Config {
    fn preset(preset: Preset) -> Config {
        let net = NetConfig { embedding_size: 16, encoder_units: 32, attention_units: 10, decoder_units: 64 };
        // The book trains no such net: its preset here is the longest.
        let book = Config { dates: 30_000, test_dates: 2_000, net, learning_rate: 5e-3, fit: FitConfig::new(64, 30) };
        match preset {
            Preset::Book => book,
            Preset::Quick => Config { dates: 10_000, test_dates: 1_000, fit: FitConfig::new(64, 12), ..book },
            Preset::Smoke => {
                let net = NetConfig { embedding_size: 4, encoder_units: 4, attention_units: 4, decoder_units: 8 };
                Config { dates: 200, test_dates: 40, net, fit: FitConfig::new(50, 2), ..book }
            }
        }
    }

    fn check(&self) -> Result<()> {
        let days = DAYS as usize;
        ensure!((1..days).contains(&self.dates), "dates must lie between 1 and {}", days - 1);
        // One of each form, so that each can be shown.
        let forms = Form::ALL.len();
        ensure!((forms..days).contains(&self.test_dates), "test_dates must lie between {forms} and {}", days - 1);
        ensure!(
            self.dates + self.test_dates <= days,
            "dates and test_dates: no day is in both, and there are {days} in all"
        );
        EncoderDecoder::new(&self.net, SIZES, Device::Cpu)?;
        ensure_positive("learning_rate", self.learning_rate)?;
        self.fit.check(1..=4_096)
    }
}

/// A trained model with its run and its dates.
#[derive(Debug)]
pub struct Trained {
    /// The run.
    pub run: Run<Config>,
    /// The model.
    pub model: EncoderDecoder,
    /// Dates that it was trained on.
    pub training: Dates,
    /// Held-out dates.
    pub held_out: Dates,
}

/// 07_06: trains, evaluates, and draws the figures.
pub fn run(context: &Context) -> Result<()> {
    let trained = trained(context)?;
    let figures = context.figures(&trained.run);
    diagram::draw(&figures)?;
    figures::loss(&figures)?;
    figures::alignment(&figures, &trained)
}

/// Trains a model, or resumes, and evaluates it.
///
/// # Errors
/// As [`Training::next`].
pub fn trained(context: &Context) -> Result<Trained> {
    // Sizes and seed are the run's own; this names the generator.
    let data = DataInfo::own("dates", "synthetic dates", b"1950 to 2049 in 8 forms");
    let run = context.training_run::<Config>("dates", "synthetic", data)?;
    let (config, seed) = (&run.params.config, run.params.seed);
    let [training, held_out] = Dates::split(config.dates, config.test_dates, seed, context.device())?;
    say!("{} dates to train on, {} other days held out", training.len(), held_out.len());
    device::seed(&[seed]);
    let model = EncoderDecoder::new(&config.net, SIZES, context.device())?;
    run.folder.plot_model(&model.models())?;
    fit(&model, &training, &held_out, config, &run.folder, seed)?;
    numbers::report(&run.folder, &model, &training.first(held_out.len()), &held_out)?;
    Ok(Trained { run, model, training, held_out })
}

/// Trains, and evaluates on the held-out dates after each epoch.
fn fit(
    model: &EncoderDecoder,
    training_dates: &Dates,
    held_out: &Dates,
    config: &Config,
    folder: &RunFolder,
    seed: u64,
) -> Result<()> {
    let FitConfig { batch_size, epochs, .. } = config.fit;
    let mut batches = Batches::new(training_dates.len(), batch_size, seed);
    let mut optimizer = Optimizer::for_variables(&model.variables, Adam::new(config.learning_rate));
    let plan = Plan { epochs, batches: batches.per_epoch(), seed };
    let state = TrainState::new(&model.variables).optimizer("adam", &optimizer);
    let mut training = Training::start(folder, plan, state)?;
    while let Some(step) = training.next()? {
        let (x, y) = training_dates.rows(&batches.rows(step.epoch, step.batch));
        let loss = model.train_step(&x, &y, &mut optimizer);
        training.record(x.size()[0], &[("loss", &loss)]);
        if training.ends_epoch(step) {
            let Score { loss, character_accuracy, date_accuracy, .. } = Score::new(model, held_out)?;
            training.record_validation(&[
                ("val_loss", loss),
                ("val_character_accuracy", character_accuracy),
                ("val_date_accuracy", date_accuracy),
            ]);
        }
    }
    Ok(())
}
