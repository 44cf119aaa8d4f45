//! The second part of 09_02: a translator whose attention goes from one language to another (pp. 321-325).

use super::gpt::Config;
use crate::figures::translation as figures;
use crate::models::blocks::Weights;
use crate::models::toy_translation::{Pair, sentence};
use crate::models::translator::{Translator, TranslatorConfig};
use crate::models::word_table::{WordTable, padded};
use anyhow::{Context as _, Result, ensure};
use common::cli::Context;
use common::device::mix;
use common::keras::{Adam, Optimizer};
use common::training::{DataInfo, Params, Plan, Preset, Run, TrainState, Training, ensure_positive};
use common::transfer::upload;
use common::{device, say};
use serde::{Deserialize, Serialize};
use std::collections::HashSet;
use tch::nn::VarStore;
use tch::{Device, Tensor};

/// Most words of a sentence, with start and end.
pub const MOST_WORDS: i64 = 20;
/// Sentences from which the vocabulary is made, and which begin the numbers of the others.
const VOCABULARY: u64 = 4000;
/// Sentences that are held out: their numbers begin here.
const HELD_OUT: u64 = 1 << 40;
/// How many of them.
const EVALUATED: u64 = 500;

/// Hyper-parameters of the translator's training.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TranslationConfig {
    /// The net.
    pub net: TranslatorConfig,
    /// Adam's learning rate.
    pub learning_rate: f64,
    /// Sentences of a step.
    pub batch_size: u64,
    /// Steps of what the history calls an epoch.
    pub steps_per_epoch: u64,
    /// Epochs.
    pub epochs: u64,
}

impl TranslationConfig {
    /// The numbers of a preset.
    pub fn preset(preset: Preset) -> TranslationConfig {
        let net = TranslatorConfig { features: 64, heads: 4, layers: 2 };
        let book = TranslationConfig { net, learning_rate: 1e-3, batch_size: 64, steps_per_epoch: 100, epochs: 20 };
        match preset {
            Preset::Book => book,
            Preset::Quick => TranslationConfig { epochs: 10, ..book },
            Preset::Smoke => TranslationConfig { batch_size: 4, steps_per_epoch: 2, epochs: 1, ..book },
        }
    }

    /// Validates the values.
    ///
    /// # Errors
    /// One is out of bounds; the message names the key.
    pub fn check(&self) -> Result<()> {
        ensure_positive("translation.learning_rate", self.learning_rate)?;
        for (name, value, most) in [
            ("batch_size", self.batch_size, 4096),
            ("steps_per_epoch", self.steps_per_epoch, 100_000),
            ("epochs", self.epochs, 1_000_000),
        ] {
            ensure!((1..=most).contains(&value), "translation.{name} must lie between 1 and {most}, not {value}");
        }
        let TranslatorConfig { features, heads, layers } = self.net;
        let fits = (1..=4096).contains(&features) && (1..=64).contains(&layers) && heads > 0 && features % heads == 0;
        ensure!(fits, "translation.net: features must be a multiple of heads, at most 4096, and layers at most 64");
        Ok(())
    }
}

/// A trained translator.
#[derive(Debug)]
pub struct Trained {
    /// Its run.
    pub run: Run<Config>,
    /// The net.
    pub translator: Translator,
    /// English words.
    pub english: WordTable,
    /// German words.
    pub german: WordTable,
}

impl Trained {
    /// Translates a sentence, and returns the words with the attention from each German word to each English one,
    /// `[layers, heads, german, english]`.
    ///
    /// # Errors
    /// A word is unknown.
    pub fn translate(&self, english: &str) -> Result<(Vec<String>, Tensor)> {
        let words = self.english.encode(english).with_context(|| format!("unknown words in: {english}"))?;
        let source = Tensor::from_slice(&words).unsqueeze(0).to_device(self.translator.device());
        let drawn = self.translator.translate(&source, MOST_WORDS - 2);
        let numbers = Vec::<i64>::try_from(drawn.squeeze_dim(0).to_device(Device::Cpu))?;
        let german: Vec<String> = self.german.decode(&numbers).iter().map(|word| word.to_string()).collect();
        let target = self.german.encode(&german.join(" ")).context("internal error: an unknown word was written")?;
        let target = Tensor::from_slice(&target).unsqueeze(0).to_device(self.translator.device());
        let written = tch::no_grad(|| self.translator.write(&target, &self.translator.read(&source, false), false));
        // Row i predicts word i; column 0 is the start of the English sentence.
        let cross = written.cross.select(1, 0).narrow(2, 0, german.len() as i64);
        Ok((german, cross))
    }
}

/// Trains the translator, and draws its figures.
///
/// # Errors
/// As [`Training::next`].
pub fn run(context: &Context, run: &Run<Config>) -> Result<()> {
    let trained = trained(context, run)?;
    let drawn = context.figures(&trained.run);
    figures::cross_attention(&drawn, &trained)
}

/// Trains in a folder of the transformer's run, or resumes.
fn trained(context: &Context, run: &Run<Config>) -> Result<Trained> {
    let (config, seed) = (run.params.config.translation, run.params.seed);
    // Two folders down: its epochs are not those of the run.
    let folder = run.folder.beside("translator")?.beside("grammar")?;
    let data = DataInfo::own("toy_translation", "sentences of a small grammar", b"toy_translation");
    let run = Run { folder, params: Params { data, ..run.params.clone() } };
    let pairs: Vec<Pair> = (0..VOCABULARY).map(|number| sentence(seed, number)).collect();
    let english = WordTable::new(pairs.iter().map(|pair| pair.english.as_str()));
    let german = WordTable::new(pairs.iter().map(|pair| pair.german.as_str()));
    let held_out: Vec<Pair> = (HELD_OUT..HELD_OUT + EVALUATED).map(|number| sentence(seed, number)).collect();
    let unseen: HashSet<&Pair> = held_out.iter().collect();

    device::seed(&[seed]);
    let variables = VarStore::new(context.device());
    let vocabularies = [english.len(), german.len()];
    let translator = Translator::new(Weights::New(&variables), &config.net, vocabularies, MOST_WORDS)?;
    let mut optimizer = Optimizer::for_variables(&variables, Adam::new(config.learning_rate));
    let plan = Plan { epochs: config.epochs, batches: config.steps_per_epoch, seed };
    let state = TrainState::new(&variables).optimizer("adam", &optimizer);
    let mut training = Training::start(&run.folder, plan, state)?;
    let trained = Trained { run, translator, english, german };
    while let Some(step) = training.next()? {
        let first = step.number * config.batch_size;
        let pairs = (first..first + config.batch_size).map(|number| sentence(mix(&[seed, 1]), number));
        let pairs: Vec<Pair> = pairs.filter(|pair| !unseen.contains(pair)).collect();
        let [source, target] = trained.batch(&pairs, context.device())?;
        let loss = trained.translator.train_step(&source, &target, &mut optimizer);
        training.record(pairs.len() as i64, &[("loss", &loss)]);
        if training.ends_epoch(step) {
            training.record_validation(&[("val_accuracy", trained.accuracy(&held_out, context.device())?)]);
        }
    }
    let right = trained.run.folder.history()?.last().into_iter().find(|(name, _)| name == "val_accuracy");
    if let Some((_, right)) = right {
        say!("{:.1} % of {EVALUATED} held-out sentences are translated without a mistake", 100.0 * right);
    }
    Ok(trained)
}

impl Trained {
    /// Sentences and translations as numbers, `[n, words]` each.
    fn batch(&self, pairs: &[Pair], device: Device) -> Result<[Tensor; 2]> {
        let rows = |table: &WordTable, of: fn(&Pair) -> &str| -> Result<Tensor> {
            let rows: Option<Vec<Vec<i64>>> = pairs.iter().map(|pair| table.encode(of(pair))).collect();
            let rows = padded(&rows.context("internal error: the vocabulary lacks a word of the grammar")?);
            let width = rows.first().map_or(0, Vec::len) as i64;
            Ok(upload(&Tensor::from_slice(&rows.concat()).view([-1, width]), device))
        };
        Ok([rows(&self.english, |pair| &pair.english)?, rows(&self.german, |pair| &pair.german)?])
    }

    /// The share of sentences that are translated without a mistake.
    fn accuracy(&self, pairs: &[Pair], device: Device) -> Result<f64> {
        let [source, _] = self.batch(pairs, device)?;
        let written = self.translator.translate(&source, MOST_WORDS - 2);
        let written = Vec::<Vec<i64>>::try_from(written.to_device(Device::Cpu))?;
        let is_right = |(numbers, pair): &(&Vec<i64>, &Pair)| self.german.decode(numbers).join(" ") == pair.german;
        Ok(written.iter().zip(pairs).filter(is_right).count() as f64 / pairs.len() as f64)
    }
}
