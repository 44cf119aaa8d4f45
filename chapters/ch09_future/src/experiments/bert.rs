//! 09_03: BERT learns to find hidden words (p. 326), and a published BERT sorts the fables by their meaning.

use crate::figures::bert as figures;
use crate::figures::sentences::Library;
use crate::models::attention::AttentionForm;
use crate::models::bert::{Bert, BertConfig, MaskedBert};
use crate::models::bert_file::{self, Published};
use crate::models::blocks::Weights;
use crate::models::masked_windows::{Windows, evaluate};
use crate::models::masking::{Draws, MaskedBatch};
use crate::models::sentences::SentenceEncoder;
use crate::models::tales::Tales;
use crate::models::word_pieces::{FEWEST_PIECES, WordPieces};
use anyhow::{Context as _, Result, ensure};
use common::cli::Context;
use common::datasets::batches::Batches;
use common::keras::{Adam, Optimizer};
use common::training::{
    DataInfo, ExperimentConfig, FitConfig, Plan, Preset, Run, TrainState, Training, ensure_positive,
};
use common::{device, files, say};
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};
use tch::Device;
use tch::nn::VarStore;

/// The section of the run folder, and the end of its name.
const RUN: [&str; 2] = ["bert", "text"];
/// The data set with a published net.
const PUBLISHED: &str = "minilm";
/// In the run folder: the vocabulary.
const TOKENIZER: &str = "tokenizer.json";
/// Longest windows of a published net: it could read longer ones, but the fables are short.
const LONGEST: i64 = 128;
/// Fables are looked up by this, unless the reader gives another sentence.
const SENTENCE: &str = "Slow but steady wins the race.";

/// Hyper-parameters of 09_03.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Config {
    /// A text of the reader's own, in place of the fables; four empty lines separate its stories.
    pub text: Option<PathBuf>,
    /// A file with a published BERT's weights and its head for hidden words; `config.json` and `tokenizer.json` or
    /// `vocab.txt` lie beside it. Nothing is trained: this net finds the words.
    pub weights: Option<PathBuf>,
    /// A sentence to find fables for. Nothing is trained.
    pub sentence: Option<String>,
    /// The net; its vocabulary may turn out smaller.
    pub net: BertConfig,
    /// Share of the tokens that are chosen.
    pub masked_share: f64,
    /// Adam's learning rate.
    pub learning_rate: f64,
    /// Batch size and epochs.
    #[serde(flatten)]
    pub fit: FitConfig,
}

impl ExperimentConfig for Config {
    fn preset(preset: Preset) -> Config {
        let net = BertConfig {
            vocab_size: 2000,
            hidden_size: 128,
            num_hidden_layers: 4,
            num_attention_heads: 4,
            intermediate_size: 512,
            max_position_embeddings: 64,
            ..BertConfig::base()
        };
        let book = Config {
            text: None,
            weights: None,
            sentence: None,
            net,
            masked_share: 0.15,
            learning_rate: 5e-4,
            fit: FitConfig::new(32, 400),
        };
        match preset {
            Preset::Book => book,
            Preset::Quick => Config { fit: FitConfig { epochs: 60, ..book.fit }, ..book },
            Preset::Smoke => {
                let net = BertConfig {
                    vocab_size: 200,
                    hidden_size: 16,
                    num_hidden_layers: 2,
                    num_attention_heads: 2,
                    intermediate_size: 32,
                    max_position_embeddings: 32,
                    ..net
                };
                Config { net, fit: FitConfig::new(256, 2), ..book }
            }
        }
    }

    fn check(&self) -> Result<()> {
        self.net.check().context("net")?;
        let (least, size) = (FEWEST_PIECES as i64, self.net.vocab_size);
        ensure!(size >= least, "net.vocab_size must be at least {least}, not {size}");
        let positions = self.net.max_position_embeddings;
        ensure!(positions >= 8, "net.max_position_embeddings must be at least 8, not {positions}");
        let share = self.masked_share;
        ensure!(share > 0.0 && share < 1.0, "masked_share must lie between 0 and 1, not {share}");
        ensure!(
            self.weights.is_none() || self.sentence.is_none(),
            "give either weights, to find hidden words, or a sentence, to find fables for"
        );
        ensure!(self.sentence.as_ref().is_none_or(|text| !text.trim().is_empty()), "sentence is empty");
        ensure_positive("learning_rate", self.learning_rate)?;
        self.fit.check(1..=65_536)
    }
}

/// A net that finds hidden words, with its vocabulary, its run and the texts.
#[derive(Debug)]
pub struct Finder {
    /// The run.
    pub run: Run<Config>,
    /// The net.
    pub net: MaskedBert,
    /// Its tokens.
    pub pieces: WordPieces,
    /// The fables.
    pub tales: Tales,
}

/// 09_03: trains, and draws the figures; with `weights` or `sentence`, draws those of published weights.
pub fn run(context: &Context) -> Result<()> {
    let config = context.run_config::<Config>(RUN)?;
    if let Some(file) = &config.weights {
        let finder = published_finder(context, &config, file)?;
        let drawn = context.figures(&finder.run);
        figures::numbers(&drawn, &finder)?;
        return figures::masked_words(&drawn, &finder);
    }
    if let Some(sentence) = &config.sentence {
        let published = published_encoder(context)?;
        let tales = Tales::find(context, config.text.as_deref())?;
        let run = context.plain_run::<Config>(RUN[0], "sentence", tales.info.clone())?;
        let drawn = context.figures(&run);
        let encoder = SentenceEncoder { bert: &published.net, pieces: &published.pieces };
        let library = Library::new(encoder, &tales, PUBLISHED)?;
        library.nearest(&drawn, sentence)?;
        return library.attention(&drawn, sentence);
    }
    let finder = trained(context)?;
    let drawn = context.figures(&finder.run);
    figures::loss(&drawn)?;
    figures::numbers(&drawn, &finder)?;
    figures::masked_words(&drawn, &finder)?;
    // Sentences need much more text than the fables to learn from: a published net, if it is to be had.
    let published = match published_encoder(context) {
        Ok(published) => Some(published),
        Err(error) => {
            say!("sentences are embedded with the net that was trained here: {error:#}");
            None
        }
    };
    let (encoder, name) = match &published {
        Some(published) => (SentenceEncoder { bert: &published.net, pieces: &published.pieces }, PUBLISHED),
        None => (SentenceEncoder { bert: &finder.net.bert, pieces: &finder.pieces }, "the net trained here"),
    };
    let library = Library::new(encoder, &finder.tales, name)?;
    library.map(&drawn)?;
    library.nearest(&drawn, SENTENCE)?;
    library.attention(&drawn, SENTENCE)
}

/// Trains, or resumes.
///
/// # Errors
/// As [`Training::next`]; or the text cannot be read.
pub fn trained(context: &Context) -> Result<Finder> {
    let wanted = context.run_config::<Config>(RUN)?;
    let tales = Tales::find(context, wanted.text.as_deref())?;
    let run = context.training_run::<Config>(RUN[0], RUN[1], tales.info.clone())?;
    let (config, seed) = (run.params.config.clone(), run.params.seed);
    let pieces = vocabulary(&run.folder.path.join(TOKENIZER), &tales.learned, config.net.vocab_size as usize)?;
    let net = BertConfig { vocab_size: pieces.vocab_size(), ..config.net };
    let windows = |texts: &[String], device| Windows::new(texts, &pieces, net.max_position_embeddings, device);
    // Words are hidden on the CPU: the program would wait for a GPU to know how many it has hidden.
    let (learned, held_out) = (windows(&tales.learned, Device::Cpu)?, windows(&tales.held_out, context.device())?);
    let parameters = net.parameters();
    say!("{} windows to learn, {} held out, {} word pieces", learned.len(), held_out.len(), pieces.len());
    say!("{parameters} parameters, without the head");

    device::seed(&[seed]);
    let variables = VarStore::new(context.device());
    let net = MaskedBert::new(Weights::New(&variables), &net)?;
    let mut optimizer = Optimizer::for_variables(&variables, Adam::new(config.learning_rate));
    let mut batches = Batches::new(learned.len(), config.fit.batch_size, seed);
    let plan = Plan { epochs: config.fit.epochs, batches: batches.per_epoch(), seed };
    let state = TrainState::new(&variables).optimizer("adam", &optimizer);
    let mut training = Training::start(&run.folder, plan, state)?;
    while let Some(step) = training.next()? {
        let x = learned.rows(&batches.rows(step.epoch, step.batch), device::mix(&[seed, step.epoch]));
        let draws = Draws::new(&x.size(), net.bert.config.vocab_size, x.device());
        let batch = MaskedBatch::new(&x, config.masked_share, &pieces.special, &draws).upload(context.device());
        let losses = net.train_step(&batch, AttentionForm::Fused, &mut optimizer);
        training.record(x.size()[0], &[("loss", &losses.loss), ("accuracy", &losses.accuracy)]);
        if training.ends_epoch(step) {
            let [loss, accuracy] = evaluate(&net, &held_out, &pieces, config.masked_share, seed);
            training.record_validation(&[("val_loss", loss), ("val_accuracy", accuracy)]);
        }
    }
    Ok(Finder { run, net, pieces, tales })
}

/// The vocabulary of a run: made of what is learned, and kept in the run folder.
fn vocabulary(path: &Path, texts: &[String], vocab_size: usize) -> Result<WordPieces> {
    if path.exists() {
        return WordPieces::load(path);
    }
    let pieces = WordPieces::train(texts, vocab_size)?;
    files::write(path, pieces.json()?.as_bytes())?;
    Ok(pieces)
}

impl Finder {
    /// The windows of the held-out fables.
    ///
    /// # Errors
    /// They are too short.
    pub fn held_out(&self) -> Result<Windows> {
        let time = self.net.bert.config.max_position_embeddings.min(LONGEST);
        Windows::new(&self.tales.held_out, &self.pieces, time, self.net.bert.device())
    }
}

/// The reader's net that finds hidden words.
fn published_finder(context: &Context, config: &Config, file: &Path) -> Result<Finder> {
    let Published { net, pieces } = bert_file::open_masked(file, context.device())?;
    let tales = Tales::find(context, config.text.as_deref())?;
    say!("{}: {} parameters, without the head", file.display(), net.bert.config.parameters());
    let origin = format!("{}; weights: {}", tales.info.origin, file.display());
    let data = DataInfo { origin, ..tales.info.clone() };
    let run = context.plain_run::<Config>(RUN[0], "published", data)?;
    Ok(Finder { run, net, pieces, tales })
}

/// The published net that embeds sentences.
fn published_encoder(context: &Context) -> Result<Published<Bert>> {
    let set = context.data(PUBLISHED)?;
    bert_file::open_encoder(&set.file("model.safetensors"), context.device())
}
