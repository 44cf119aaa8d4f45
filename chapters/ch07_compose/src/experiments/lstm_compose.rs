//! 07_02: a recurrent net with attention learns to compose (pp. 240-246).

use super::source::{MusicConfig, Source};
use crate::figures::training as figures;
use crate::models::composer::{self, Composer};
use crate::models::rnn_attention::Watch;
use crate::models::{Corpus, NetConfig, RnnAttention, Sampling};
use anyhow::{Context as _, Result, ensure};
use common::cli::Context;
use common::keras::{Optimizer, RmsProp};
use common::music::{self, Score};
use common::samples::random;
use common::training::{ExperimentConfig, FitConfig, Preset, Run, RunFolder, ensure_positive};
use common::{device, files, say};
use rand::seq::SliceRandom;
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// The section of the run folder.
const SECTION: &str = "compose";

/// Hyper-parameters of 07_02.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Config {
    /// The music.
    #[serde(flatten)]
    pub music: MusicConfig,
    /// Intervals in semitones at which each piece is learned; `[0]` in the book, which offers more (p. 241).
    pub transpose: Vec<i32>,
    /// Notes that the net reads before it predicts one.
    pub seq_len: usize,
    /// The net.
    pub net: NetConfig,
    /// RMSprop's learning rate.
    pub learning_rate: f64,
    /// The last part of the windows, which is held out.
    pub validation_split: f64,
    /// Epochs without a lower training loss after which training stops.
    pub patience: u64,
    /// How music is composed after each epoch.
    pub sampling: Sampling,
    /// Batch size and epochs.
    #[serde(flatten)]
    pub fit: FitConfig,
}

impl ExperimentConfig for Config {
    fn preset(preset: Preset) -> Config {
        let book = Config {
            music: MusicConfig::book(),
            transpose: vec![0],
            seq_len: 32,
            net: NetConfig::book(),
            learning_rate: 1e-3,
            validation_split: 0.2,
            patience: 10,
            sampling: Sampling::book(),
            // The book trains until the loss has not fallen for ten epochs; its author stopped after 39.
            fit: FitConfig::new(32, 40),
        };
        match preset {
            Preset::Book => book,
            Preset::Quick => Config { fit: FitConfig::new(32, 30), ..book },
            Preset::Smoke => {
                let net = NetConfig { embed_size: 8, rnn_units: 8, ..book.net };
                let sampling = Sampling { max_extra_notes: 12, ..book.sampling };
                Config { net, sampling, fit: FitConfig::new(2048, 2), ..book }
            }
        }
    }

    fn check(&self) -> Result<()> {
        ensure!((1..=1000).contains(&self.seq_len), "seq_len must lie between 1 and 1000");
        ensure!(!self.transpose.is_empty(), "transpose must have an interval, such as 0");
        let far = self.transpose.iter().find(|semitones| !(-48..=48).contains(*semitones));
        ensure!(far.is_none(), "transpose: intervals must lie between -48 and 48 semitones");
        ensure!(self.transpose.len() <= 24, "transpose must have at most 24 intervals");
        let split = self.validation_split;
        ensure!(split > 0.0 && split < 1.0, "validation_split must lie between 0 and 1, not {split}");
        ensure!(self.patience > 0, "patience must be above 0");
        self.net.check()?;
        self.sampling.check()?;
        ensure_positive("learning_rate", self.learning_rate)?;
        self.fit.check(1..=65_536)
    }
}

impl Config {
    /// The end of the run folder's name.
    fn short(&self) -> String {
        self.music.short().to_string()
    }
}

/// A trained net with its run and the music that it learned.
#[derive(Debug)]
pub struct Trained {
    /// The run.
    pub run: Run<Config>,
    /// The music.
    pub corpus: Corpus,
    /// The net.
    pub model: RnnAttention,
}

impl Trained {
    /// Composes with the net.
    pub fn composer(&self) -> Composer<'_> {
        Composer { model: &self.model, vocabulary: &self.corpus.vocabulary, seq_len: self.corpus.seq_len }
    }
}

/// 07_02: trains, and draws the figures.
pub fn run(context: &Context) -> Result<()> {
    let trained = trained(context)?;
    let figures = context.figures(&trained.run);
    figures::loss(&figures)?;
    figures::through_training(&figures)
}

/// Trains a net, or resumes.
///
/// # Errors
/// As [`RnnAttention::fit`]; or there is no music.
pub fn trained(context: &Context) -> Result<Trained> {
    let wanted = context.run_config_in::<Config>(SECTION, Config::short)?;
    let source = Source::find(context, &wanted.music)?;
    corpus(&source, &wanted, 0)?; // music that is refused leaves no run behind
    let run = context.training_run::<Config>(SECTION, &wanted.short(), source.info.clone())?;
    let (config, seed) = (run.params.config.clone(), run.params.seed);
    let corpus = corpus(&source, &config, seed)?;
    let windows = corpus.windows(context.device())?;
    let (n_notes, n_durations) = (corpus.vocabulary.n_notes(), corpus.vocabulary.n_durations());
    say!("{} pieces, {n_notes} pitches, {n_durations} durations, {} windows", corpus.pieces, windows.len());
    let [training, validation] = windows.split(config.validation_split)?;

    device::seed(&[seed]);
    let model = RnnAttention::new(&config.net, n_notes, n_durations, context.device())?;
    run.folder.plot_model(&[&model.model])?;
    let mut optimizer = Optimizer::for_variables(&model.variables, RmsProp::new(config.learning_rate));
    let trained = Trained { run, corpus, model };
    let folder = &trained.run.folder;
    let (data, watch) = ((&training, &validation), Watch { patience: config.patience });
    trained.model.fit(&mut optimizer, data, config.fit, watch, (folder, seed), |step| {
        let mut random = random(&[seed, step.epoch + 1]);
        let composition = trained.composer().compose(config.sampling, &mut random)?;
        save_score(folder, step.epoch + 1, &composer::score(&composition.events)?)
    })?;
    Ok(trained)
}

/// The pieces in a row, in an order that depends on the seed. The book's `glob` lists them in no order, either; in that of
/// their names, the last fifth, which is held out, would be the sixth suite, which is for another cello.
///
/// # Errors
/// As [`Corpus::new`].
pub fn corpus(source: &Source, config: &Config, seed: u64) -> Result<Corpus> {
    let mut pieces = source.slices();
    pieces.shuffle(&mut random(&[seed]));
    Corpus::new(&pieces, &config.transpose, config.seq_len)
}

/// The net that was trained last, on any music, with the weights of its last epoch.
///
/// # Errors
/// There is none, or its music is not available.
pub fn last_trained(context: &Context) -> Result<Trained> {
    let wanted = context.config::<Config>()?;
    let short = context.trained_short(SECTION).unwrap_or_else(|| wanted.short());
    let run = context.trained_run_on::<Config>([SECTION, &short], || Ok(Source::find(context, &wanted.music)?.info))?;
    let config = &run.params.config;
    let corpus = corpus(&Source::of_run(context, &run, &config.music)?, config, run.params.seed)?;
    let vocabulary = &corpus.vocabulary;
    let model = RnnAttention::new(&config.net, vocabulary.n_notes(), vocabulary.n_durations(), context.device())?;
    context.load_weights(&run, &model.variables)?;
    Ok(Trained { run, corpus, model })
}

/// The MIDI file of an epoch.
fn score_file(folder: &RunFolder, epoch: u64) -> PathBuf {
    folder.path.join(format!("scores/epoch_{epoch:04}.mid"))
}

/// Saves what was composed; a piece that ended before its first note has no file.
fn save_score(folder: &RunFolder, epoch: u64, score: &Score) -> Result<()> {
    let has_notes = score.parts.iter().any(|part| !part.notes.is_empty());
    if has_notes { files::write(&score_file(folder, epoch), &music::midi::write(score)?) } else { Ok(()) }
}

/// What was composed after an epoch; none if the piece ended before its first note.
///
/// # Errors
/// The file cannot be read.
pub fn saved_score(folder: &RunFolder, epoch: u64) -> Result<Option<Score>> {
    let path = score_file(folder, epoch);
    if !path.exists() {
        return Ok(None);
    }
    let bytes = std::fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
    Ok(Some(music::midi::read(&bytes).with_context(|| path.display().to_string())?))
}
