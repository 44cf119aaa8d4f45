//! 06_04: the extensions of the LSTM (pp. 216-220), trained on nine tenths of the fables and compared on the others.

use super::source::Source;
use crate::figures::extensions as figures;
use crate::models::{Cell, NetConfig, TextModel};
use anyhow::{Result, ensure};
use common::cli::Context;
use common::keras::{Optimizer, RmsProp};
use common::training::{ExperimentConfig, FitConfig, History, Preset, ensure_positive};
use common::{device, say};
use serde::{Deserialize, Serialize};
use std::path::PathBuf;
use tch::Device;

/// The section of the run folder.
const SECTION: &str = "text_extensions";

/// Hyper-parameters of 06_04.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Config {
    /// A text of the reader's own, in place of the fables.
    pub text: Option<PathBuf>,
    /// Words that the nets read before they predict one.
    pub seq_length: usize,
    /// Words between the beginnings of two training windows: 1 in the book.
    pub step: i64,
    /// The net that the others differ from.
    pub net: NetConfig,
    /// RMSprop's learning rate.
    pub learning_rate: f64,
    /// Batch size and epochs.
    #[serde(flatten)]
    pub fit: FitConfig,
}

impl ExperimentConfig for Config {
    fn preset(preset: Preset) -> Config {
        let (net, fit) = (NetConfig::book(), FitConfig::new(32, 100));
        let book = Config { text: None, seq_length: 20, step: 1, net, learning_rate: 1e-3, fit };
        match preset {
            Preset::Book => book,
            Preset::Quick => Config { step: 3, fit: FitConfig::new(32, 6), ..book },
            Preset::Smoke => {
                let net = NetConfig { embedding_size: 8, n_units: 8, ..net };
                Config { step: 20, net, fit: FitConfig::new(256, 2), ..book }
            }
        }
    }

    fn check(&self) -> Result<()> {
        ensure!((1..=1000).contains(&self.seq_length), "seq_length must lie between 1 and 1000");
        ensure!((1..=1000).contains(&self.step), "step must lie between 1 and 1000");
        ensure!((0.0..1.0).contains(&self.net.dropout_rate), "net.dropout_rate must be at least 0 and below 1");
        TextModel::new(&self.net, 2, Device::Cpu)?;
        ensure_positive("learning_rate", self.learning_rate)?;
        self.fit.check(1..=65_536)
    }
}

impl Config {
    /// The nets that are compared: short names for folders, names for figures.
    pub fn nets(&self) -> [(&'static str, &'static str, NetConfig); 5] {
        let net = self.net;
        [
            ("lstm", "LSTM", net),
            ("stacked", "stacked LSTM", NetConfig { layers: 2, ..net }),
            ("gru", "GRU", NetConfig { cell: Cell::Gru, ..net }),
            ("gru_reset_before", "GRU, reset before", NetConfig { cell: Cell::GruResetBefore, ..net }),
            ("bidirectional", "bidirectional LSTM", NetConfig { bidirectional: true, ..net }),
        ]
    }
}

/// A net after its training.
#[derive(Debug)]
pub struct Compared {
    /// Its name in figures.
    pub name: &'static str,
    /// Number of weights.
    pub parameters: i64,
    /// Losses by epoch: `loss` and, on held-out stories, `val_loss`.
    pub history: History,
}

/// 06_04: trains all nets and compares them.
pub fn run(context: &Context) -> Result<()> {
    let short = |config: &Config| Source::short(config.text.as_deref()).to_string();
    let wanted = context.run_config_in(SECTION, short)?;
    let source = Source::find(context, wanted.text.as_deref())?;
    // A text that is refused leaves no run behind.
    let text = source.text(wanted.seq_length)?;
    text.split(wanted.step, Device::Cpu)?;
    let run = context.training_run::<Config>(SECTION, &short(&wanted), source.info.clone())?;
    let (config, seed) = (&run.params.config, run.params.seed);
    let [windows, held_out] = text.split(config.step, context.device())?;
    say!("{} windows to train on, {} of other stories to evaluate on", windows.len(), held_out.len());

    let mut all = vec![];
    for (folder, name, net) in config.nets() {
        say!("\n{name}");
        device::seed(&[seed]);
        let model = TextModel::new(&net, text.tokenizer.total_words(), context.device())?;
        let folder = run.folder.beside(folder)?;
        folder.plot_model(&[&model.model])?;
        let mut optimizer = Optimizer::for_variables(&model.variables, RmsProp::new(config.learning_rate));
        model.fit(&mut optimizer, &windows, Some(&held_out), config.fit, (&folder, seed), |_| Ok(()))?;
        let parameters = model.model.summary().parameters();
        all.push(Compared { name, parameters, history: folder.history()? });
    }
    let figures = context.figures(&run);
    figures::table(&figures, &all)?;
    figures::perplexity(&figures, &all)
}
