//! A net in MuseNet's form (p. 328): Payne, "MuseNet", OpenAI, 2019. A decoder-only transformer with GPT-2's blocks and the
//! sparse attention of Child et al., 2019, reads events of several instruments, and knows where in its bar each one stands.

use super::blocks::{Norm, Weights};
use super::generation::Sampling;
use super::gpt::{GptBlock, GptConfig};
use super::music_events::{BAR, END, places_in_bar};
use super::sparse_attention::Sparse;
use super::voices::HeldKeys;
use anyhow::{Context, Result, ensure};
use common::keras::{Initializer, Optimizer, losses, precision};
use common::samples::random;
use common::training::ensure_not_stopped;
use rand::RngExt;
use serde::{Deserialize, Serialize};
use tch::{Device, Kind, Tensor};

/// Epsilon of layer normalization.
const EPSILON: f64 = 1e-5;

/// Sizes of the net.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MuseNetConfig {
    /// Most events that it sees at once.
    pub n_positions: i64,
    /// Features of an event.
    pub n_embd: i64,
    /// Blocks.
    pub n_layer: i64,
    /// Attention heads of a block; they divide the features.
    pub n_head: i64,
    /// Share of the embeddings' and of each residual branch's outputs that is dropped while training.
    pub dropout: f64,
    /// What an event sees of those before it.
    pub attention: Sparse,
}

impl MuseNetConfig {
    /// Validates the values.
    ///
    /// # Errors
    /// One is out of bounds; the message names the key.
    pub fn check(&self) -> Result<()> {
        ensure!(self.n_positions >= 2, "n_positions must be at least 2, not {}", self.n_positions);
        self.blocks(1).check()?;
        self.attention.check().context("attention")
    }

    /// The sizes of the blocks.
    fn blocks(&self, vocab_size: i64) -> GptConfig {
        let MuseNetConfig { n_positions, n_embd, n_layer, n_head, dropout, .. } = *self;
        GptConfig { vocab_size, n_positions, n_embd, n_layer, n_head, layer_norm_epsilon: EPSILON, dropout }
    }

    /// Parameters of a net with so many tokens: GPT-2's, and an embedding for the places in a bar.
    pub fn parameters(&self, vocab_size: i64) -> i64 {
        self.blocks(vocab_size).parameters() + BAR * self.n_embd
    }
}

/// The net.
#[derive(Debug)]
pub struct MuseNet {
    /// Its sizes.
    pub config: MuseNetConfig,
    /// Token embeddings `[vocab_size, n_embd]`, which also turn features to logits.
    wte: Tensor,
    /// Position embeddings `[n_positions, n_embd]`.
    wpe: Tensor,
    /// Embeddings of the place in the bar, `[16, n_embd]`.
    wbe: Tensor,
    blocks: Vec<GptBlock>,
    ln_f: Norm,
}

/// Events, and where in their bars they stand; `[batch, time]` each.
#[derive(Debug)]
pub struct EventBatch {
    /// The tokens.
    pub tokens: Tensor,
    /// Sixteenths from the beginning of the bar, 0 to 15.
    pub places: Tensor,
}

impl EventBatch {
    /// One row of events, `[1, time]`.
    pub fn row(tokens: &[i64], places: &[i64], device: Device) -> EventBatch {
        let [tokens, places] = [tokens, places].map(|row| Tensor::from_slice(row).unsqueeze(0).to_device(device));
        EventBatch { tokens, places }
    }
}

/// How a piece is composed.
#[derive(Debug, Clone, Copy)]
pub struct Composing {
    /// Most events after the beginning.
    pub events: usize,
    /// How they are drawn.
    pub sampling: Sampling,
    /// Seed of what is drawn.
    pub seed: u64,
}

impl MuseNet {
    /// A net with these weights.
    ///
    /// # Errors
    /// [`MuseNetConfig::check`] rejects the configuration; or as [`Weights::tensor`].
    pub fn new(weights: Weights, config: &MuseNetConfig, vocab_size: i64) -> Result<MuseNet> {
        config.check()?;
        let (sizes, e) = (config.blocks(vocab_size), config.n_embd);
        let table = |name: &str, rows: i64, std: f64| weights.tensor(name, &[rows, e], Initializer::Normal(std));
        let blocks = (0..config.n_layer).map(|i| GptBlock::new(weights, &format!("h.{i}"), &sizes));
        Ok(MuseNet {
            config: *config,
            wte: table("wte.weight", vocab_size, 0.02)?,
            wpe: table("wpe.weight", config.n_positions, 0.01)?,
            wbe: table("wbe.weight", BAR, 0.01)?,
            blocks: blocks.collect::<Result<_>>()?,
            ln_f: Norm::new(weights, "ln_f", e, EPSILON)?,
        })
    }

    /// Where its weights are.
    pub fn device(&self) -> Device {
        self.wte.device()
    }

    /// Logits of the event after each, `[batch, time, vocab_size]`.
    pub fn logits(&self, events: &EventBatch, train: bool) -> Tensor {
        let time = events.tokens.size()[1];
        let embed = |table: &Tensor, numbers: &Tensor| Tensor::embedding(table, numbers, -1, false, false);
        let x = embed(&self.wte, &events.tokens) + embed(&self.wbe, &events.places) + self.wpe.narrow(0, 0, time);
        let mut x = x.dropout(self.config.dropout, train); // [b, t, e]
        for block in &self.blocks {
            x = block.forward(&x, train, |q, k, v| self.config.attention.attend(q, k, v));
        }
        precision::matmul(&self.ln_f.forward(&x), &self.wte.transpose(0, 1))
    }

    /// The mean of -log p(event | events before it), in nats, over events `[batch, time + 1]`.
    pub fn loss(&self, events: &EventBatch, train: bool) -> Tensor {
        let time = events.tokens.size()[1] - 1;
        let before = |x: &Tensor| x.narrow(1, 0, time);
        let before = EventBatch { tokens: before(&events.tokens), places: before(&events.places) };
        let next = events.tokens.narrow(1, 1, time).reshape(-1); // [b, t] -> [b · t]
        losses::sparse_categorical_crossentropy_from_logits(&next, &self.logits(&before, train).flatten(0, 1))
    }

    /// One step of training; returns [`MuseNet::loss`] before it.
    pub fn train_step(&self, events: &EventBatch, optimizer: &mut Optimizer) -> Tensor {
        let loss = self.loss(events, true);
        optimizer.minimize(&loss);
        loss
    }

    /// Continues the beginning of a piece, which may be empty, and returns it with what follows, without the end. The same
    /// seed gives the same piece. No instrument holds more keys than `held` allows.
    ///
    /// Once its positions are full, the net goes on with the second half of what it sees.
    ///
    /// # Errors
    /// The logits are no numbers; or Ctrl-C.
    pub fn compose(&self, beginning: &[i64], composing: &Composing, mut held: HeldKeys) -> Result<Vec<i64>> {
        let _no_grad = tch::no_grad_guard();
        let mut random = random(&[composing.seed]);
        let mut tokens = vec![END];
        tokens.extend(beginning.iter().flat_map(|token| held.write(*token)));
        let room = self.config.n_positions as usize;
        let mut start = tokens.len().saturating_sub(room);
        for _ in 0..composing.events {
            ensure_not_stopped()?;
            if tokens.len() - start > room {
                start = tokens.len() - room.div_ceil(2);
            }
            let row = EventBatch::row(&tokens[start..], &places_in_bar(&tokens)[start..], self.device());
            let logits = self.logits(&row, false).select(1, (tokens.len() - start) as i64 - 1); // [1, t, v] -> [1, v]
            let logits = Vec::<f32>::try_from(logits.reshape(-1).to_device(Device::Cpu).to_kind(Kind::Float))?;
            let numbers = logits.iter().all(|logit| logit.is_finite());
            ensure!(numbers, "the net's weights give no numbers (NaN): train it again");
            let token = composing.sampling.draw(&logits, random.random());
            if token == END {
                break;
            }
            tokens.extend(held.write(token));
        }
        Ok(tokens.split_off(1))
    }
}
