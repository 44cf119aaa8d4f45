//! The recurrent net that predicts the next word (pp. 205-212), with its extensions (pp. 216-220).

use super::text::Windows;
use anyhow::{Result, ensure};
use common::datasets::batches::Batches;
use common::keras::recurrent::Recurrent;
use common::keras::{Activation, Model, Optimizer, Sequential, Units, losses};
use common::training::{FitConfig, Plan, RunFolder, Step, TrainState, Training};
use serde::{Deserialize, Serialize};
use tch::nn::VarStore;
use tch::{Device, Kind, Tensor};

/// Windows that are evaluated at once.
const EVALUATION_BATCH: i64 = 512;

/// The recurrent layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cell {
    /// Long short-term memory (p. 209).
    Lstm,
    /// Gated recurrent unit (p. 218) as tf.keras has it: it resets its state after the product with the kernel.
    Gru,
    /// The same as the book's Keras has it: it resets its state before.
    GruResetBefore,
}

/// The net.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NetConfig {
    /// Size of a word's embedding.
    pub embedding_size: i64,
    /// Units of a recurrent layer.
    pub n_units: i64,
    /// The recurrent layer.
    pub cell: Cell,
    /// Number of recurrent layers (p. 217), 1 to 8.
    pub layers: usize,
    /// Whether each of them reads in both directions (p. 220).
    pub bidirectional: bool,
    /// Dropout after the last of them: 0.2 in the printed listing, none in the book's notebook.
    pub dropout_rate: f64,
}

impl NetConfig {
    /// The book's net, without dropout as in its notebook.
    pub fn book() -> NetConfig {
        NetConfig {
            embedding_size: 100,
            n_units: 256,
            cell: Cell::Lstm,
            layers: 1,
            bidirectional: false,
            dropout_rate: 0.0,
        }
    }

    /// Tokens `[seq_length]` -> probabilities of the next word.
    fn build(&self, variables: &VarStore, total_words: i64) -> Result<Model> {
        ensure!((1..=8).contains(&self.layers), "net.layers must lie between 1 and 8, not {}", self.layers);
        let mut x =
            Sequential::input(&variables.root(), [None]).embedding("embedding", total_words, self.embedding_size);
        for layer in 1..=self.layers {
            let all = Recurrent::new(self.n_units);
            let config = if layer < self.layers { all.return_sequences() } else { all };
            let name = |class: &str| match self.layers {
                1 => class.to_string(),
                _ => format!("{class}_{layer}"),
            };
            x = match (self.cell, self.bidirectional) {
                (Cell::Lstm, false) => x.lstm(name("lstm"), config),
                (Cell::Lstm, true) => x.bidirectional_lstm(name("bidirectional"), config),
                (Cell::Gru, false) => x.gru(name("gru"), config),
                (Cell::Gru, true) => x.bidirectional_gru(name("bidirectional"), config),
                (Cell::GruResetBefore, false) => x.gru(name("gru"), config.reset_before()),
                (Cell::GruResetBefore, true) => x.bidirectional_gru(name("bidirectional"), config.reset_before()),
            };
        }
        if self.dropout_rate > 0.0 {
            x = x.dropout(self.dropout_rate);
        }
        x.dense("dense", Units::new(total_words).activation(Activation::Softmax)).model("lstm_text")
    }
}

/// Predicts the next word from the words before it.
#[derive(Debug)]
pub struct TextModel {
    /// All weights.
    pub variables: VarStore,
    /// Tokens `[batch, seq_length]` -> probabilities `[batch, total_words]`.
    pub model: Model,
    /// Tokens -> logits.
    logits: Model,
}

impl TextModel {
    /// An untrained model.
    ///
    /// # Errors
    /// Sizes are out of bounds.
    pub fn new(config: &NetConfig, total_words: i64, device: Device) -> Result<TextModel> {
        let variables = VarStore::new(device);
        let model = config.build(&variables, total_words)?;
        let logits = model.logits()?;
        Ok(TextModel { variables, model, logits })
    }

    /// One step of training on windows `[batch, seq_length]` and the words after them `[batch]`, all tokens: the loss.
    pub fn train_step(&self, x: &Tensor, y: &Tensor, optimizer: &mut Optimizer) -> Tensor {
        // Categorical cross-entropy: -log of the probability of the word that comes next.
        let loss = losses::sparse_categorical_crossentropy_from_logits(y, &self.logits.forward_t(x, true));
        optimizer.minimize(&loss);
        loss
    }

    /// Trains like Keras' `fit` (p. 212). `on_epoch_end` is the book's callback; with held-out windows, the loss on
    /// them is recorded after each epoch.
    ///
    /// # Errors
    /// As [`Training::next`], and those of `on_epoch_end`.
    pub fn fit(
        &self,
        optimizer: &mut Optimizer,
        windows: &Windows,
        held_out: Option<&Windows>,
        fit: FitConfig,
        (run, seed): (&RunFolder, u64),
        mut on_epoch_end: impl FnMut(Step) -> Result<()>,
    ) -> Result<()> {
        let mut batches = Batches::new(windows.len(), fit.batch_size, seed);
        let plan = Plan { epochs: fit.epochs, batches: batches.per_epoch(), seed };
        let state = TrainState::new(&self.variables).optimizer("rmsprop", optimizer);
        let mut training = Training::start(run, plan, state)?;
        while let Some(step) = training.next()? {
            let (x, y) = windows.rows(&batches.rows(step.epoch, step.batch));
            let loss = self.train_step(&x, &y, optimizer);
            training.record(y.size()[0], &[("loss", &loss)]);
            if training.ends_epoch(step) {
                if let Some(windows) = held_out {
                    training.record_validation(&[("val_loss", self.evaluate(windows))]);
                }
                on_epoch_end(step)?;
            }
        }
        Ok(())
    }

    /// Mean cross-entropy of the words after windows; its exponential is the perplexity.
    pub fn evaluate(&self, windows: &Windows) -> f64 {
        let _no_grad = tch::no_grad_guard();
        let mut sum = 0.0;
        for start in (0..windows.len()).step_by(EVALUATION_BATCH as usize) {
            let (x, y) = windows.range(start, EVALUATION_BATCH.min(windows.len() - start));
            let loss = losses::sparse_categorical_crossentropy_from_logits(&y, &self.logits.forward_t(&x, false));
            sum += loss.double_value(&[]) * y.size()[0] as f64;
        }
        sum / windows.len() as f64
    }

    /// The probability of each token after these.
    pub fn predict(&self, tokens: &[i64]) -> Result<Vec<f64>> {
        let tokens = Tensor::from_slice(tokens).unsqueeze(0).to_device(self.variables.device());
        let probabilities = tch::no_grad(|| self.model.forward_t(&tokens, false));
        Ok(probabilities.squeeze_dim(0).to_device(Device::Cpu).to_kind(Kind::Double).try_into()?)
    }
}
