//! 09_02: a transformer learns to write (pp. 319-328), GPT-2 writes, and a translator shows attention between two texts.

use super::translation;
use crate::figures::gpt as figures;
use crate::models::attention::AttentionForm;
use crate::models::blocks::Weights;
use crate::models::byte_pairs::{BytePairs, FEWEST_TOKENS};
use crate::models::generation::{Length, Sampling};
use crate::models::gpt::{Gpt, GptConfig};
use crate::models::gpt2_file;
use crate::models::tales::Tales;
use crate::models::token_windows::TokenWindows;
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
use tch::Tensor;
use tch::nn::VarStore;

/// The section of the run folder, and the end of its name.
const RUN: [&str; 2] = ["gpt", "text"];
/// In the run folder: the vocabulary.
const TOKENIZER: &str = "tokenizer.json";
/// Windows that are evaluated at once.
const EVALUATION_BATCH: i64 = 32;
/// Fables begin like this.
const PROMPT: &str = "THE LION AND THE";
/// What GPT-2 is given in the book's time.
const GPT2_PROMPT: &str = "In a shocking finding, scientists discovered";

/// Hyper-parameters of 09_02.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Config {
    /// A text of the reader's own, in place of the fables; four empty lines separate its stories.
    pub text: Option<PathBuf>,
    /// A folder with OpenAI's `model.safetensors`: nothing is trained, GPT-2 writes.
    pub gpt2: Option<PathBuf>,
    /// The beginning of the texts.
    pub prompt: Option<String>,
    /// The net; its vocabulary may turn out smaller.
    pub net: GptConfig,
    /// How attention is computed while training.
    pub attention: AttentionForm,
    /// How tokens are drawn.
    pub sampling: Sampling,
    /// Most tokens of a text.
    pub passage_tokens: usize,
    /// Adam's learning rate.
    pub learning_rate: f64,
    /// Batch size and epochs.
    #[serde(flatten)]
    pub fit: FitConfig,
    /// The translator's training.
    pub translation: translation::TranslationConfig,
}

impl ExperimentConfig for Config {
    fn preset(preset: Preset) -> Config {
        let net = GptConfig {
            vocab_size: 2048,
            n_positions: 128,
            n_embd: 256,
            n_layer: 4,
            n_head: 8,
            dropout: 0.2,
            ..GptConfig::gpt2()
        };
        let book = Config {
            text: None,
            gpt2: None,
            prompt: None,
            net,
            attention: AttentionForm::Fused,
            sampling: Sampling { temperature: 0.8, top_k: 40, top_p: 1.0 },
            passage_tokens: 120,
            learning_rate: 1e-3,
            fit: FitConfig::new(16, 40),
            translation: translation::TranslationConfig::preset(preset),
        };
        match preset {
            Preset::Book => book,
            Preset::Quick => Config { fit: FitConfig { epochs: 12, ..book.fit }, ..book },
            Preset::Smoke => {
                let net = GptConfig { vocab_size: 300, n_positions: 16, n_embd: 16, n_layer: 2, n_head: 2, ..net };
                Config { net, passage_tokens: 12, fit: FitConfig::new(256, 2), ..book }
            }
        }
    }

    fn check(&self) -> Result<()> {
        self.net.check().context("net")?;
        self.sampling.check()?;
        self.translation.check()?;
        let least = FEWEST_TOKENS as i64;
        ensure!(self.net.vocab_size >= least, "net.vocab_size must be at least {least}, not {}", self.net.vocab_size);
        ensure!((1..=10_000).contains(&self.passage_tokens), "passage_tokens must lie between 1 and 10000");
        ensure_positive("learning_rate", self.learning_rate)?;
        self.fit.check(1..=65_536)
    }
}

/// A net that writes, with its vocabulary and its run.
#[derive(Debug)]
pub struct Writer {
    /// The run.
    pub run: Run<Config>,
    /// The net.
    pub gpt: Gpt,
    /// Its tokens.
    pub tokens: BytePairs,
}

impl Writer {
    /// Continues a text; returns what follows it.
    ///
    /// # Errors
    /// As [`Gpt::generate`].
    pub fn write(&self, beginning: &str, sampling: &Sampling, seed: u64) -> Result<String> {
        let end = self.tokens.end_of_text()?;
        let mut tokens = self.tokens.encode(beginning)?;
        if tokens.is_empty() {
            tokens.push(end); // a text of its own
        }
        let length = Length { tokens: self.run.params.config.passage_tokens, end: Some(end) };
        Ok(self.tokens.decode(&self.gpt.generate(&tokens, length, sampling, seed)?))
    }
}

/// 09_02: trains a transformer and a translator, and draws the figures; with `gpt2`, draws those of OpenAI's weights.
pub fn run(context: &Context) -> Result<()> {
    let config = context.run_config::<Config>(RUN)?;
    if let Some(folder) = &config.gpt2 {
        let (writer, prompt) = (published(context, folder)?, config.prompt.as_deref().unwrap_or(GPT2_PROMPT));
        let drawn = context.figures(&writer.run);
        figures::passages(&drawn, &writer, prompt)?;
        return figures::attention(&drawn, &writer, prompt);
    }
    let writer = trained(context)?;
    let prompt = config.prompt.as_deref().unwrap_or(PROMPT);
    let drawn = context.figures(&writer.run);
    figures::loss(&drawn)?;
    figures::passages(&drawn, &writer, prompt)?;
    figures::through_training(&drawn)?;
    figures::attention(&drawn, &writer, prompt)?;
    translation::run(context, &writer.run)
}

/// Trains, or resumes.
///
/// # Errors
/// As [`Training::next`]; or the text cannot be read.
pub fn trained(context: &Context) -> Result<Writer> {
    let wanted = context.run_config::<Config>(RUN)?;
    let tales = Tales::find(context, wanted.text.as_deref())?;
    let run = context.training_run::<Config>(RUN[0], RUN[1], tales.info.clone())?;
    let (config, seed) = (run.params.config.clone(), run.params.seed);
    let tokens = vocabulary(&run.folder.path.join(TOKENIZER), &tales, config.net.vocab_size as usize)?;
    let net = GptConfig { vocab_size: tokens.len() as i64, ..config.net };
    let windows = |texts: &[String]| TokenWindows::new(texts, &tokens, net.n_positions, context.device());
    let (learned, held_out) = (windows(&tales.learned)?, windows(&tales.held_out)?);
    say!("{} tokens to learn, {} held out, a vocabulary of {}", learned.tokens(), held_out.tokens(), tokens.len());

    device::seed(&[seed]);
    let variables = VarStore::new(context.device());
    let gpt = Gpt::new(Weights::New(&variables), &net)?;
    say!("{} parameters", net.parameters());
    let mut optimizer = Optimizer::for_variables(&variables, Adam::new(config.learning_rate));
    let mut batches = Batches::new(learned.per_epoch(), config.fit.batch_size, seed);
    let plan = Plan { epochs: config.fit.epochs, batches: batches.per_epoch(), seed };
    let state = TrainState::new(&variables).optimizer("adam", &optimizer);
    let mut training = Training::start(&run.folder, plan, state)?;
    let writer = Writer { run, gpt, tokens };
    while let Some(step) = training.next()? {
        let rows = batches.rows(step.epoch, step.batch);
        let x = learned.rows(&rows, device::mix(&[seed, step.epoch]));
        let loss = writer.gpt.train_step(&x, config.attention, &mut optimizer);
        training.record(x.size()[0], &[("loss", &loss)]);
        if training.ends_epoch(step) {
            training.record_validation(&[("val_loss", evaluate(&writer.gpt, &held_out))]);
            save_passage(&writer, step.epoch + 1)?;
        }
    }
    Ok(writer)
}

/// The vocabulary of a run: made of what is learned, and kept in the run folder.
fn vocabulary(path: &Path, tales: &Tales, vocab_size: usize) -> Result<BytePairs> {
    if path.exists() {
        return BytePairs::load(path);
    }
    let tokens = BytePairs::train(&tales.learned.join("\n"), vocab_size)?;
    let json = tokens.json()?.context("internal error: an own vocabulary")?;
    files::write(path, json.as_bytes())?;
    Ok(tokens)
}

/// The mean of -log p of each token of the windows.
pub fn evaluate(gpt: &Gpt, windows: &TokenWindows) -> f64 {
    let _no_grad = tch::no_grad_guard();
    let (mut sum, mut rows) = (0.0, 0);
    while rows < windows.per_epoch() {
        let n = EVALUATION_BATCH.min(windows.per_epoch() - rows);
        let x = windows.rows(&Tensor::arange_start(rows, rows + n, (tch::Kind::Int64, tch::Device::Cpu)), 0);
        sum += gpt.loss(&x, AttentionForm::Fused, false).double_value(&[]) * n as f64;
        rows += n;
    }
    sum / windows.per_epoch() as f64
}

/// Writes a text at the end of an epoch.
fn save_passage(writer: &Writer, epoch: u64) -> Result<()> {
    let config = &writer.run.params.config;
    let prompt = config.prompt.as_deref().unwrap_or(PROMPT);
    let text = writer.write(prompt, &config.sampling, device::mix(&[writer.run.params.seed, epoch]))?;
    files::write(&passage(&writer.run.folder.path, epoch), format!("{prompt}{text}").as_bytes())
}

/// The file of the text that was written after an epoch.
pub fn passage(run: &Path, epoch: u64) -> PathBuf {
    run.join(format!("texts/epoch_{epoch:04}.txt"))
}

/// OpenAI's weights, with a run for their figures.
///
/// # Errors
/// As [`gpt2_file::open`]; or it is another vocabulary.
pub fn published(context: &Context, folder: &Path) -> Result<Writer> {
    let gpt = gpt2_file::open(folder, context.device())?;
    let tokens = BytePairs::gpt2()?;
    let (GptConfig { vocab_size, .. }, known) = (gpt.config, tokens.len());
    ensure!(vocab_size == known as i64, "the net in {} has {vocab_size} tokens, and GPT-2 {known}", folder.display());
    say!("GPT-2: {} parameters of kind {:?}", gpt.config.parameters(), gpt.kind());
    let data = DataInfo::own("gpt2", "GPT-2", format!("{:?}", gpt.config).as_bytes());
    let data = DataInfo { origin: format!("your own weights, {}", folder.display()), ..data };
    Ok(Writer { run: context.plain_run::<Config>(RUN[0], "published", data)?, gpt, tokens })
}
