//! The recurrent net with attention that predicts the next note and its duration (pp. 240-246).

use super::corpus::{Batch, Windows};
use anyhow::{Result, ensure};
use common::datasets::batches::Batches;
use common::keras::recurrent::Recurrent;
use common::keras::weights;
use common::keras::{Activation, Model, Net, Optimizer, Units, losses};
use common::training::{FitConfig, History, Plan, RunFolder, Step, TrainState, Training};
use serde::{Deserialize, Serialize};
use std::path::PathBuf;
use tch::nn::VarStore;
use tch::{Device, Kind, Tensor};

/// Windows that are evaluated at once.
const EVALUATION_BATCH: i64 = 512;

/// The book's arguments of `create_network` (p. 243).
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NetConfig {
    /// Size of the embedding of a pitch, and of a duration.
    pub embed_size: i64,
    /// Units of each LSTM.
    pub rnn_units: i64,
    /// Whether the net weighs the states of all notes; without, it takes the last state.
    pub use_attention: bool,
}

impl NetConfig {
    /// The book's net.
    pub fn book() -> NetConfig {
        NetConfig { embed_size: 100, rnn_units: 256, use_attention: true }
    }

    /// Checks the sizes.
    ///
    /// # Errors
    /// One is out of bounds; the message names the key.
    pub fn check(&self) -> Result<()> {
        for (name, value) in [("embed_size", self.embed_size), ("rnn_units", self.rnn_units)] {
            ensure!((1..=4096).contains(&value), "net.{name} must lie between 1 and 4096, not {value}");
        }
        Ok(())
    }
}

/// Predicts the next note and its duration from those before.
#[derive(Debug)]
pub struct RnnAttention {
    /// All weights.
    pub variables: VarStore,
    /// Pitches and durations, tokens `[batch, time]` each -> probabilities of the next pitch `[batch, n_notes]` and of
    /// its duration `[batch, n_durations]`.
    pub model: Model,
    /// The same inputs -> how much each note counts, `[batch, time]`; the book's `att_model`. None without attention.
    pub att_model: Option<Model>,
    /// The same inputs -> logits of both.
    logits: Model,
}

/// What training watches from epoch to epoch (p. 245).
#[derive(Debug, Clone, Copy)]
pub struct Watch {
    /// Epochs without a lower training loss after which training stops.
    pub patience: u64,
}

impl RnnAttention {
    /// An untrained net for so many distinct pitches and durations.
    ///
    /// # Errors
    /// Sizes are out of bounds.
    pub fn new(config: &NetConfig, n_notes: i64, n_durations: i64, device: Device) -> Result<RnnAttention> {
        let NetConfig { embed_size, rnn_units, use_attention } = *config;
        let variables = VarStore::new(device);
        let net = Net::new(&variables.root());
        let notes_in = net.input("notes_in", [None]);
        let durations_in = net.input("durations_in", [None]);
        let x1 = notes_in.embedding("embedding", n_notes, embed_size);
        let x2 = durations_in.embedding("embedding_1", n_durations, embed_size);
        let lstm = Recurrent::new(rnn_units);
        let x = x1.concatenate(&[&x2]).lstm("lstm", lstm.return_sequences());
        let (c, alpha) = if use_attention {
            let x = x.lstm("lstm_1", lstm.return_sequences());
            // A score for each note, [time, 1] -> [time]; its softmax is the attention (p. 242).
            let e = x.dense("dense", Units::new(1).activation(Activation::Tanh)).reshape(&[-1]);
            let alpha = e.softmax().named("attention");
            // [time] -> [rnn_units, time] -> [time, rnn_units]
            let alpha_repeated = alpha.repeat_vector(rnn_units).permute(&[2, 1]);
            // The sum of the states, weighted by attention: [time, rnn_units] -> [rnn_units]
            let weighted = x.multiply(&[&alpha_repeated]);
            let sum = |inputs: &[Tensor], _: bool| inputs[0].sum_dim_intlist(1, false, None);
            (weighted.lambda("lambda", &[], [rnn_units], sum), Some(alpha))
        } else {
            (x.lstm("lstm_1", lstm), None)
        };
        let notes_out = c.dense("pitch", Units::new(n_notes).activation(Activation::Softmax));
        let durations_out = c.dense("duration", Units::new(n_durations).activation(Activation::Softmax));
        let inputs = [&notes_in, &durations_in];
        let model = net.model("model", &inputs, &[&notes_out, &durations_out])?;
        let att_model = alpha.map(|alpha| net.model("att_model", &inputs, &[&alpha])).transpose()?;
        let logits = model.logits()?;
        Ok(RnnAttention { variables, model, att_model, logits })
    }

    /// Cross-entropies of the next pitch and of its duration.
    fn losses(&self, batch: &Batch, train: bool) -> [Tensor; 2] {
        let [pitch, duration] = self.logits.forward_all(&[&batch.notes, &batch.durations], train);
        [
            losses::sparse_categorical_crossentropy_from_logits(&batch.next_note, &pitch),
            losses::sparse_categorical_crossentropy_from_logits(&batch.next_duration, &duration),
        ]
    }

    /// One step of training: the loss, which is the sum of the next two, that of pitches, that of durations.
    pub fn train_step(&self, batch: &Batch, optimizer: &mut Optimizer) -> [Tensor; 3] {
        let [pitch, duration] = self.losses(batch, true);
        let loss = &pitch + &duration;
        optimizer.minimize(&loss);
        [loss, pitch, duration]
    }

    /// Trains like the book's `fit` (p. 245): the weights of the epoch with the lowest training loss are kept, and
    /// training stops after `patience` epochs without a lower one. Those of the epoch with the lowest validation loss are
    /// kept beside them.
    ///
    /// # Errors
    /// As [`Training::next`], and those of `on_epoch_end`.
    pub fn fit(
        &self,
        optimizer: &mut Optimizer,
        (windows, validation): (&Windows, &Windows),
        fit: FitConfig,
        watch: Watch,
        (run, seed): (&RunFolder, u64),
        mut on_epoch_end: impl FnMut(Step) -> Result<()>,
    ) -> Result<()> {
        let mut batches = Batches::new(windows.len(), fit.batch_size, seed);
        let plan = Plan { epochs: fit.epochs, batches: batches.per_epoch(), seed };
        let state = TrainState::new(&self.variables).optimizer("rmsprop", optimizer);
        let mut training = Training::start(run, plan, state)?;
        while let Some(step) = training.next()? {
            if step.batch == 0 {
                let history = training.history()?;
                self.keep_best(run, &history)?;
                if epochs_since_best(&history, "loss") >= watch.patience {
                    common::say!("stopped: the training loss has not fallen for {} epochs", watch.patience);
                    return training.stop();
                }
            }
            let batch = windows.rows(&batches.rows(step.epoch, step.batch));
            let [loss, pitch, duration] = self.train_step(&batch, optimizer);
            let losses = [("loss", &loss), ("pitch_loss", &pitch), ("duration_loss", &duration)];
            training.record(batch.next_note.size()[0], &losses);
            if training.ends_epoch(step) {
                let [loss, pitch, duration] = self.evaluate(validation);
                training.record_validation(&[
                    ("val_loss", loss),
                    ("val_pitch_loss", pitch),
                    ("val_duration_loss", duration),
                ]);
                on_epoch_end(step)?;
            }
        }
        self.keep_best(run, &training.history()?)
    }

    /// Saves the weights if the last epoch has the lowest loss so far.
    fn keep_best(&self, run: &RunFolder, history: &History) -> Result<()> {
        for best in [Best::Loss, Best::ValLoss] {
            if !history.rows.is_empty() && epochs_since_best(history, best.metric()) == 0 {
                weights::save(&self.variables, &best.path(run))?;
            }
        }
        Ok(())
    }

    /// Mean losses on held-out windows: the sum, of pitches, of durations.
    pub fn evaluate(&self, windows: &Windows) -> [f64; 3] {
        let _no_grad = tch::no_grad_guard();
        let mut sums = [0.0; 2];
        for start in (0..windows.len()).step_by(EVALUATION_BATCH as usize) {
            let batch = windows.range(start, EVALUATION_BATCH.min(windows.len() - start));
            for (sum, loss) in sums.iter_mut().zip(self.losses(&batch, false)) {
                *sum += loss.double_value(&[]) * batch.next_note.size()[0] as f64;
            }
        }
        let [pitch, duration] = sums.map(|sum| sum / windows.len() as f64);
        [pitch + duration, pitch, duration]
    }

    /// The probabilities of the next pitch and of its duration after some notes, and how much each of these counts.
    ///
    /// # Errors
    /// libtorch fails.
    pub fn predict(&self, notes: &[i64], durations: &[i64]) -> Result<Prediction> {
        let _no_grad = tch::no_grad_guard();
        let inputs = [notes, durations].map(|tokens| {
            Tensor::from_slice(tokens).unsqueeze(0).to_device(self.variables.device()) // [1, time]
        });
        let inputs = [&inputs[0], &inputs[1]];
        let [pitch, duration] = self.model.forward_all(&inputs, false);
        let attention = self.att_model.as_ref().map(|model| model.forward_vec(&inputs, false).remove(0));
        let list = |tensor: &Tensor| -> Result<Vec<f64>> {
            Ok(tensor.squeeze_dim(0).to_device(Device::Cpu).to_kind(Kind::Double).try_into()?)
        };
        Ok(Prediction {
            pitch: list(&pitch)?,
            duration: list(&duration)?,
            attention: attention.as_ref().map(list).transpose()?.unwrap_or_default(),
        })
    }
}

/// What the net expects after some notes.
#[derive(Debug)]
pub struct Prediction {
    /// Probability of each pitch token.
    pub pitch: Vec<f64>,
    /// Probability of each duration token.
    pub duration: Vec<f64>,
    /// How much each of the notes counts; empty without attention.
    pub attention: Vec<f64>,
}

/// The epoch whose weights are taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Best {
    /// The one with the lowest training loss: the book's.
    Loss,
    /// The one with the lowest validation loss.
    ValLoss,
}

impl Best {
    /// The metric's name in the history.
    pub fn metric(self) -> &'static str {
        match self {
            Best::Loss => "loss",
            Best::ValLoss => "val_loss",
        }
    }

    /// The file of the weights.
    pub fn path(self, run: &RunFolder) -> PathBuf {
        run.path.join(format!("weights/best_{}.safetensors", self.metric()))
    }
}

/// Epochs since a metric was lowest; 0 if it was in the last one.
fn epochs_since_best(history: &History, metric: &str) -> u64 {
    let values = history.metric(metric).unwrap_or_default();
    let best = values.iter().copied().fold(f64::INFINITY, f64::min);
    values.iter().rev().position(|value| *value == best).unwrap_or(0) as u64
}
