//! 06_02: the question and answer generator learns from documents with questions (pp. 223-230).

use super::qa_data::{QaData, QaSet};
use crate::figures::qa_training as figures;
use crate::models::question_answer::{NetConfig, QuestionAnswer};
use crate::models::{BatchOrder, Examples, Vocabulary};
use anyhow::{Result, ensure};
use common::cli::Context;
use common::datasets::glove::SIZE;
use common::keras::{Adam, Optimizer};
use common::training::{
    ExperimentConfig, FitConfig, Plan, Preset, Run, RunFolder, TrainState, Training, ensure_positive,
};
use common::{device, say};
use serde::{Deserialize, Serialize};
use tch::Device;

/// The end of a run folder's name: one for all sets, so that the last run is found.
const FOLDER: &str = "questions";

/// Hyper-parameters of 06_02.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Config {
    /// The data set.
    pub set: QaSet,
    /// Words after which a document is cut.
    pub max_document_words: usize,
    /// Words after which a generated question is cut.
    pub max_question_words: usize,
    /// The commonest words of questions that the vocabulary gets.
    pub question_vocabulary: usize,
    /// Most tokens of the vocabulary.
    pub vocabulary: usize,
    /// Most questions to train on.
    pub questions: usize,
    /// Most held-out questions.
    pub test_questions: usize,
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
        let book = Config {
            set: QaSet::Squad,
            max_document_words: 200,
            max_question_words: 20,
            question_vocabulary: 5_000,
            vocabulary: 10_000,
            questions: 1_000_000,
            test_questions: 1_000_000,
            net: NetConfig::book(),
            learning_rate: 1e-3,
            fit: FitConfig::new(128, 2_000),
        };
        match preset {
            Preset::Book => book,
            Preset::Quick => Config { questions: 1_000, test_questions: 240, fit: FitConfig::new(128, 14), ..book },
            Preset::Smoke => {
                let net = NetConfig { gru_units: 4, ..book.net };
                let fit = FitConfig::new(16, 2);
                let book = Config { max_document_words: 60, vocabulary: 200, ..book };
                Config { questions: 40, test_questions: 12, net, fit, ..book }
            }
        }
    }

    fn check(&self) -> Result<()> {
        ensure!((1..=2_000).contains(&self.max_document_words), "max_document_words must lie between 1 and 2000");
        ensure!((1..=200).contains(&self.max_question_words), "max_question_words must lie between 1 and 200");
        ensure!((5..=200_000).contains(&self.vocabulary), "vocabulary must lie between 5 and 200000");
        ensure!((1..=1_000_000).contains(&self.questions), "questions must lie between 1 and 1000000");
        ensure!((1..=1_000_000).contains(&self.test_questions), "test_questions must lie between 1 and 1000000");
        ensure!(self.net.embedding_size == SIZE as i64, "net.embedding_size: the word vectors have {SIZE} values");
        QuestionAnswer::new(&self.net, 5, Device::Cpu)?;
        ensure_positive("learning_rate", self.learning_rate)?;
        self.fit.check(1..=4_096)
    }
}

/// A trained model with its run and its data.
#[derive(Debug)]
pub struct Trained {
    /// The run.
    pub run: Run<Config>,
    /// Documents and questions.
    pub data: QaData,
    /// The words.
    pub vocabulary: Vocabulary,
    /// The model.
    pub model: QuestionAnswer,
}

/// 06_02: trains, and draws the losses.
pub fn run(context: &Context) -> Result<()> {
    let trained = trained(context)?;
    figures::losses(&context.figures(&trained.run))
}

/// Trains a model, or resumes.
///
/// # Errors
/// Data is missing or damaged, or as [`Training::next`].
pub fn trained(context: &Context) -> Result<Trained> {
    let wanted = context.run_config::<Config>(["qa", FOLDER])?;
    let set = context.data(wanted.set.name())?;
    let data = QaData::read(&set, &wanted)?; // data that is refused leaves no run behind
    let glove = context.data("glove")?;
    let run = context.training_run::<Config>("qa", FOLDER, &set)?;
    let (config, seed) = (&run.params.config, run.params.seed);
    data.report();
    let (vocabulary, vectors) = data.vocabulary(&glove, config, &run.folder, seed)?;

    device::seed(&[seed]);
    let model = QuestionAnswer::new(&config.net, vocabulary.len(), context.device())?;
    if let Some(vectors) = vectors {
        model.set_embedding(&vectors)?;
    }
    run.folder.plot_model(&model.models())?;
    fit(&model, &data, &vocabulary, config, &run.folder, seed)?;
    Ok(Trained { run, data, vocabulary, model })
}

/// Trains like the book's loop (p. 229): batches of whole documents' questions, and the losses on held-out questions
/// after each epoch.
fn fit(
    model: &QuestionAnswer,
    data: &QaData,
    vocabulary: &Vocabulary,
    config: &Config,
    folder: &RunFolder,
    seed: u64,
) -> Result<()> {
    let FitConfig { batch_size, epochs, .. } = config.fit;
    let device = model.variables.device();
    let mut order = BatchOrder::new(&data.training, batch_size as usize, seed)?;
    let mut optimizer = Optimizer::for_variables(&model.variables, Adam::new(config.learning_rate));
    let plan = Plan { epochs, batches: order.per_epoch(), seed };
    let state = TrainState::new(&model.variables).optimizer("adam", &optimizer);
    let mut training = Training::start(folder, plan, state)?;
    while let Some(step) = training.next()? {
        let batch = data.training.batch(order.examples(step.epoch, step.batch), vocabulary, device);
        let [loss, answer, question] = model.train_step(&batch, &mut optimizer);
        training.record(batch.len(), &[("loss", &loss), ("answer_loss", &answer), ("question_loss", &question)]);
        if training.ends_epoch(step) {
            let [answer, question] = evaluate(model, &data.held_out, vocabulary, config)?;
            let sum = answer + question;
            training.record_validation(&[
                ("val_loss", sum),
                ("val_answer_loss", answer),
                ("val_question_loss", question),
            ]);
        }
    }
    Ok(())
}

/// Both losses on held-out questions.
fn evaluate(model: &QuestionAnswer, examples: &Examples, vocabulary: &Vocabulary, config: &Config) -> Result<[f64; 2]> {
    let _no_grad = tch::no_grad_guard();
    let mut order = BatchOrder::new(examples, config.fit.batch_size as usize, 0)?;
    let (mut sums, mut count) = ([0.0; 2], 0.0);
    for batch in 0..order.per_epoch() {
        let batch = examples.batch(order.examples(0, batch), vocabulary, model.variables.device());
        let n = batch.len() as f64;
        for (sum, loss) in sums.iter_mut().zip(model.losses(&batch, false)) {
            *sum += n * loss.double_value(&[]);
        }
        count += n;
    }
    Ok(sums.map(|sum| sum / count))
}

/// The last trained model, for its analysis.
///
/// # Errors
/// There is none, or its data has changed.
pub fn last_trained(context: &Context) -> Result<Trained> {
    let set = context.config::<Config>()?.set;
    let run = context.trained_run::<Config>("qa", FOLDER, set.name())?;
    ensure!(run.params.weights_from.is_none(), "06_03 takes no --weights: they belong to the words of their own run");
    let set = context.data_of(&run)?;
    let data = QaData::read(&set, &run.params.config)?;
    let vocabulary = QaData::saved_vocabulary(&run.folder)?;
    let model = QuestionAnswer::new(&run.params.config.net, vocabulary.len(), context.device())?;
    context.load_weights(&run, &model.variables)?;
    say!("held out: {} questions to documents that the model has not seen", data.held_out.examples.len());
    Ok(Trained { run, data, vocabulary, model })
}
