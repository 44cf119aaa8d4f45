//! 06_01: an LSTM learns to write fables (pp. 200-216).

use super::source::Source;
use crate::figures::text as figures;
use crate::models::generation::random;
use crate::models::{Generator, NetConfig, Text, TextModel};
use crate::writer::{Writer, terminal};
use anyhow::{Context as _, Result, ensure};
use common::cli::Context;
use common::keras::{Optimizer, RmsProp};
use common::training::{ExperimentConfig, FitConfig, Preset, Run, RunFolder, ensure_positive};
use common::{device, files, say};
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// The temperatures at which the book writes (p. 214).
pub const TEMPERATURES: [f64; 4] = [0.2, 0.33, 0.5, 1.0];

/// The section of the run folder.
const SECTION: &str = "text";

/// Hyper-parameters of 06_01.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Config {
    /// A text of the reader's own, in place of the fables.
    pub text: Option<PathBuf>,
    /// Words that the model reads before it predicts one.
    pub seq_length: usize,
    /// The net.
    pub net: NetConfig,
    /// RMSprop's learning rate.
    pub learning_rate: f64,
    /// Words of a passage that is written after each epoch.
    pub passage_words: usize,
    /// Batch size and epochs.
    #[serde(flatten)]
    pub fit: FitConfig,
}

impl ExperimentConfig for Config {
    fn preset(preset: Preset) -> Config {
        let book = Config {
            text: None,
            seq_length: 20,
            net: NetConfig::book(),
            learning_rate: 1e-3,
            passage_words: 80,
            fit: FitConfig::new(32, 100),
        };
        match preset {
            Preset::Book => book,
            Preset::Quick => Config { fit: FitConfig::new(32, 20), ..book },
            Preset::Smoke => {
                let net = NetConfig { embedding_size: 8, n_units: 8, ..book.net };
                Config { net, passage_words: 8, fit: FitConfig::new(2048, 2), ..book }
            }
        }
    }

    fn check(&self) -> Result<()> {
        ensure!((1..=1000).contains(&self.seq_length), "seq_length must lie between 1 and 1000");
        ensure!(self.passage_words <= 10_000, "passage_words must be at most 10000");
        ensure!((0.0..1.0).contains(&self.net.dropout_rate), "net.dropout_rate must be at least 0 and below 1");
        TextModel::new(&self.net, 2, tch::Device::Cpu)?;
        ensure_positive("learning_rate", self.learning_rate)?;
        self.fit.check(1..=65_536)
    }
}

impl Config {
    /// The end of the run folder's name.
    fn short(&self) -> String {
        Source::short(self.text.as_deref()).to_string()
    }
}

/// A trained model with its run and its text.
#[derive(Debug)]
pub struct Trained {
    /// The run.
    pub run: Run<Config>,
    /// The text.
    pub text: Text,
    /// The model.
    pub model: TextModel,
}

impl Trained {
    /// Writes with the model.
    pub fn generator(&self) -> Generator<'_> {
        Generator { model: &self.model, text: &self.text }
    }
}

/// 06_01: trains, and draws the figures; with `--write`, continues a text with the last trained model.
pub fn run(context: &Context) -> Result<()> {
    if let Some(beginning) = context.writing() {
        let trained = last_trained(context)?;
        let folder = trained.run.folder.path.join("texts");
        let (writer, unknown) = Writer::new(trained.generator(), beginning, trained.run.params.seed)?;
        terminal::tell_unknown(&unknown);
        return terminal::run(writer, &folder);
    }
    let trained = trained(context)?;
    let figures = context.figures(&trained.run);
    figures::loss(&figures)?;
    figures::passages(&figures, &trained)?;
    figures::through_training(&figures)?;
    figures::next_words(&figures, &trained)
}

/// Trains a model, or resumes.
///
/// # Errors
/// As [`TextModel::fit`]; or the text cannot be read.
pub fn trained(context: &Context) -> Result<Trained> {
    let wanted = context.run_config_in::<Config>(SECTION, Config::short)?;
    let source = Source::find(context, wanted.text.as_deref())?;
    let text = source.text(wanted.seq_length)?; // a text that is refused leaves no run behind
    let run = context.training_run::<Config>(SECTION, &wanted.short(), source.info.clone())?;
    let Config { net, learning_rate, passage_words, fit, .. } = run.params.config.clone();
    let seed = run.params.seed;
    let windows = text.windows(context.device());
    say!("{} words, a vocabulary of {}, {} windows", text.tokens.len(), text.tokenizer.total_words(), windows.len());

    device::seed(&[seed]);
    let model = TextModel::new(&net, text.tokenizer.total_words(), context.device())?;
    run.folder.plot_model(&[&model.model])?;
    let mut optimizer = Optimizer::for_variables(&model.variables, RmsProp::new(learning_rate));
    let generator = Generator { model: &model, text: &text };
    model.fit(&mut optimizer, &windows, None, fit, (&run.folder, seed), |step| {
        save_passages(&run.folder, &generator, step.epoch + 1, passage_words, seed)
    })?;
    Ok(Trained { run, text, model })
}

/// The model that was trained last; with `--set text=FILE`, on that text.
fn last_trained(context: &Context) -> Result<Trained> {
    let wanted = context.config::<Config>()?;
    let short = context.trained_short(SECTION).unwrap_or_else(|| wanted.short());
    let run = context.trained_run::<Config>(SECTION, &short, "aesop")?;
    let config = &run.params.config;
    let own = wanted.text.as_ref().or(config.text.as_ref());
    let text = Source::of_run(context, &run, own.map(PathBuf::as_path))?.text(config.seq_length)?;
    let model = TextModel::new(&config.net, text.tokenizer.total_words(), context.device())?;
    context.load_weights(&run, &model.variables)?;
    Ok(Trained { run, text, model })
}

/// Writes a passage at each temperature: the book's callback at the end of an epoch.
fn save_passages(folder: &RunFolder, generator: &Generator, epoch: u64, words: usize, seed: u64) -> Result<()> {
    let mut lines = String::new();
    for (i, temperature) in TEMPERATURES.into_iter().enumerate() {
        let mut random = random(&[seed, epoch, i as u64]);
        lines += &format!("{temperature}: {}\n", generator.generate_text("", words, temperature, &mut random)?);
    }
    files::write(&folder.path.join(format!("texts/epoch_{epoch:04}.txt")), lines.as_bytes())
}

/// The passages of an epoch, if it is there, with their temperatures.
///
/// # Errors
/// The file cannot be read.
pub fn saved_passages(folder: &RunFolder, epoch: u64) -> Result<Vec<(f64, String)>> {
    let path = folder.path.join(format!("texts/epoch_{epoch:04}.txt"));
    let text = std::fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
    let parts = text.lines().filter_map(|line| line.split_once(": "));
    Ok(parts.filter_map(|(temperature, text)| Some((temperature.parse().ok()?, text.to_string()))).collect())
}
