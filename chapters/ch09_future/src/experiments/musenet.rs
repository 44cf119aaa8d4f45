//! 09_04: a transformer with sparse attention learns music for several instruments, and composes (p. 328).

use super::sparse_timing::{self, TimingConfig};
use crate::figures::{musenet as figures, musenet_pieces as piece_figures};
use crate::models::blocks::Weights;
use crate::models::event_windows::EventWindows;
use crate::models::generation::Sampling;
use crate::models::musenet::{Composing, MuseNet, MuseNetConfig};
use crate::models::music_events::EventVocabulary;
use crate::models::music_source::{Music, MusicConfig, MusicSet};
use crate::models::pieces::Piece;
use crate::models::sparse_attention::{Pattern, Sparse};
use crate::models::voices::{HeldKeys, Voices};
use anyhow::{Context as _, Result, ensure};
use common::cli::Context;
use common::datasets::batches::Batches;
use common::keras::{Adam, Optimizer};
use common::music::Score;
use common::training::{ExperimentConfig, FitConfig, Plan, Preset, Run, TrainState, Training, ensure_positive};
use common::{device, files, say};
use serde::{Deserialize, Serialize};
use tch::nn::VarStore;
use tch::{Device, Kind, Tensor};

/// The section of the run folder, and the end of its name.
const RUN: [&str; 2] = ["musenet", "music"];
/// In the run folder: the vocabulary.
const VOCABULARY: &str = "vocabulary.json";
/// Windows that are evaluated at once.
const EVALUATION_BATCH: i64 = 8;

/// Hyper-parameters of 09_04.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Config {
    /// The music.
    #[serde(flatten)]
    pub music: MusicConfig,
    /// Most classes of loudness.
    pub loudness_classes: u8,
    /// The net.
    pub net: MuseNetConfig,
    /// How events are drawn.
    pub sampling: Sampling,
    /// Most events of a piece that is composed.
    pub piece_events: usize,
    /// Sixteenths of a held-out piece that the net continues in the figures; 0 to compose from nothing.
    pub beginning: i64,
    /// Pieces that are composed from nothing, and measured.
    pub compositions: u64,
    /// Adam's learning rate.
    pub learning_rate: f64,
    /// Batch size and epochs.
    #[serde(flatten)]
    pub fit: FitConfig,
    /// How sparse attention is timed.
    pub timing: TimingConfig,
}

impl ExperimentConfig for Config {
    fn preset(preset: Preset) -> Config {
        let net = MuseNetConfig {
            n_positions: 512,
            n_embd: 128,
            n_layer: 4,
            n_head: 4,
            dropout: 0.1,
            attention: Sparse { pattern: Pattern::Fixed, block: 32, summary: 4 },
        };
        let book = Config {
            music: MusicConfig { set: MusicSet::Chorales, midi: None },
            loudness_classes: 4,
            net,
            sampling: Sampling { temperature: 0.9, top_k: 0, top_p: 0.95 },
            piece_events: 600,
            beginning: 16,
            compositions: 16,
            learning_rate: 1e-3,
            fit: FitConfig::new(4, 100),
            timing: TimingConfig::preset(preset),
        };
        match preset {
            Preset::Book => book,
            Preset::Quick => {
                Config { piece_events: 400, compositions: 4, fit: FitConfig { epochs: 14, ..book.fit }, ..book }
            }
            Preset::Smoke => {
                let attention = Sparse { block: 8, summary: 2, ..net.attention };
                let net = MuseNetConfig { n_positions: 32, n_embd: 16, n_layer: 2, n_head: 2, attention, ..net };
                Config { net, piece_events: 24, compositions: 2, fit: FitConfig::new(1024, 2), ..book }
            }
        }
    }

    fn check(&self) -> Result<()> {
        self.net.check().context("net")?;
        self.sampling.check()?;
        self.timing.check()?;
        ensure!((1..=127).contains(&self.loudness_classes), "loudness_classes must lie between 1 and 127");
        ensure!((1..=100_000).contains(&self.piece_events), "piece_events must lie between 1 and 100000");
        ensure!((0..=10_000).contains(&self.beginning), "beginning must lie between 0 and 10000 sixteenths");
        ensure!((1..=1000).contains(&self.compositions), "compositions must lie between 1 and 1000");
        ensure_positive("learning_rate", self.learning_rate)?;
        self.fit.check(1..=65_536)
    }
}

/// A net that composes, with its run and its music.
#[derive(Debug)]
pub struct Composer {
    /// The run.
    pub run: Run<Config>,
    /// The net.
    pub net: MuseNet,
    /// Its events.
    pub vocabulary: EventVocabulary,
    /// How many keys the instruments hold at once in the music.
    pub voices: Voices,
    /// The pieces that it learned.
    pub learned: Vec<Piece>,
    /// Pieces that were held out.
    pub held_out: Vec<Piece>,
}

impl Composer {
    /// Composes from the beginning of a piece, which may be empty.
    ///
    /// # Errors
    /// As [`MuseNet::compose`].
    pub fn compose(&self, beginning: &[i64], number: u64) -> Result<Piece> {
        let Config { piece_events, sampling, .. } = self.run.params.config;
        let seed = device::mix(&[self.run.params.seed, number]);
        let held = HeldKeys::new(&self.vocabulary, &self.voices);
        let tokens = self.net.compose(beginning, &Composing { events: piece_events, sampling, seed }, held)?;
        Ok(self.vocabulary.decode(&tokens))
    }
}

/// 09_04: trains, and draws the figures.
pub fn run(context: &Context) -> Result<()> {
    let composer = trained(context)?;
    let drawn = context.figures(&composer.run);
    figures::loss(&drawn)?;
    let config = &composer.run.params.config;
    figures::masks(&drawn)?;
    figures::sparse_and_dense(
        &drawn,
        &sparse_timing::measured(&composer.run.folder, &config.timing, context.device())?,
    )?;
    piece_figures::piece(&drawn, &composer)?;
    piece_figures::numbers(&drawn, &composer)
}

/// Trains, or resumes.
///
/// # Errors
/// As [`Training::next`]; or there is no music.
pub fn trained(context: &Context) -> Result<Composer> {
    let wanted = context.run_config::<Config>(RUN)?;
    let music = Music::find(context, &wanted.music)?;
    // Music that is refused leaves no run behind.
    EventVocabulary::of(&music.learned, wanted.loudness_classes)?;
    let run = context.training_run::<Config>(RUN[0], RUN[1], music.info.clone())?;
    let (config, seed) = (run.params.config.clone(), run.params.seed);
    let all = [&music.learned[..], &music.held_out].concat(); // so that each held-out note has a token
    let vocabulary = EventVocabulary::of(&all, config.loudness_classes)?;
    let json = serde_json::to_string_pretty(&vocabulary).context("cannot encode the vocabulary as JSON")?;
    files::write(&run.folder.path.join(VOCABULARY), (json + "\n").as_bytes())?;
    let pieces = |scores: &[Score]| -> Vec<Piece> { scores.iter().map(|score| vocabulary.piece(score)).collect() };
    let (learned, held_out) = (pieces(&music.learned), pieces(&music.held_out));
    let voices = Voices::of(&[&learned[..], &held_out].concat(), vocabulary.instruments.len());
    let windows = |pieces: &[Piece]| EventWindows::new(pieces, &vocabulary, config.net.n_positions, context.device());
    let (training_windows, validation_windows) = (windows(&learned)?, windows(&held_out)?);
    say!(
        "{} events to learn, {} held out, {} different ones; {} instruments",
        training_windows.events(),
        validation_windows.events(),
        vocabulary.len(),
        vocabulary.instruments.len()
    );

    device::seed(&[seed]);
    let variables = VarStore::new(context.device());
    let net = MuseNet::new(Weights::New(&variables), &config.net, vocabulary.len())?;
    say!("{} parameters", config.net.parameters(vocabulary.len()));
    let mut optimizer = Optimizer::for_variables(&variables, Adam::new(config.learning_rate));
    let mut batches = Batches::new(training_windows.len(), config.fit.batch_size, seed);
    let plan = Plan { epochs: config.fit.epochs, batches: batches.per_epoch(), seed };
    let state = TrainState::new(&variables).optimizer("adam", &optimizer);
    let mut training = Training::start(&run.folder, plan, state)?;
    while let Some(step) = training.next()? {
        let rows = batches.rows(step.epoch, step.batch);
        let events = training_windows.rows(&rows, device::mix(&[seed, step.epoch]));
        let loss = net.train_step(&events, &mut optimizer);
        training.record(rows.size()[0], &[("loss", &loss)]);
        if training.ends_epoch(step) {
            training.record_validation(&[("val_loss", evaluate(&net, &validation_windows))]);
        }
    }
    Ok(Composer { run, net, vocabulary, voices, learned, held_out })
}

/// The mean of -log p of each event of the windows.
pub fn evaluate(net: &MuseNet, windows: &EventWindows) -> f64 {
    let _no_grad = tch::no_grad_guard();
    let mut sum = 0.0;
    for first in (0..windows.len()).step_by(EVALUATION_BATCH as usize) {
        let last = windows.len().min(first + EVALUATION_BATCH);
        let events = windows.rows(&Tensor::arange_start(first, last, (Kind::Int64, Device::Cpu)), 0);
        sum += net.loss(&events, false).double_value(&[]) * (last - first) as f64;
    }
    sum / windows.len() as f64
}
