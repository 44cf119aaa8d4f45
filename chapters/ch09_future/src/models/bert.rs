//! BERT (p. 326): Devlin et al., "BERT: Pre-training of Deep Bidirectional Transformers for Language Understanding", 2019. An
//! encoder in which every token sees all others, and the head that finds hidden words. Names are those of the published
//! files.
//!
//! The paper's second task, whether one sentence follows another, is left out: Liu et al., "RoBERTa", 2019, section 4.2.

use super::attention::{Attended, AttentionForm, Mask, attention, merge_heads, split_heads};
use super::blocks::{Linear, Norm, Weights};
use super::masking::MaskedBatch;
use anyhow::{Result, ensure};
use common::keras::{Initializer, Optimizer, precision};
use serde::{Deserialize, Serialize};
use tch::{Device, Kind, Tensor};

/// Standard deviation of new weights.
const STD: f64 = 0.02;

/// Sizes of the net, in the names of BERT's `config.json`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct BertConfig {
    /// Number of tokens.
    pub vocab_size: i64,
    /// Features of a token.
    pub hidden_size: i64,
    /// Blocks.
    pub num_hidden_layers: i64,
    /// Attention heads of a block; they divide the features.
    pub num_attention_heads: i64,
    /// Units of a block's feed-forward net.
    pub intermediate_size: i64,
    /// Most tokens of a text.
    pub max_position_embeddings: i64,
    /// Kinds of segments. All tokens are of the first one here.
    pub type_vocab_size: i64,
    /// Epsilon of layer normalization.
    #[serde(default = "epsilon")]
    pub layer_norm_eps: f64,
    /// Share of the embeddings' and of each residual branch's outputs that is dropped while training.
    pub hidden_dropout_prob: f64,
}

fn epsilon() -> f64 {
    1e-12
}

impl BertConfig {
    /// The paper's smaller net, of 110 million parameters.
    pub fn base() -> BertConfig {
        BertConfig {
            vocab_size: 30_522,
            hidden_size: 768,
            num_hidden_layers: 12,
            num_attention_heads: 12,
            intermediate_size: 3072,
            max_position_embeddings: 512,
            type_vocab_size: 2,
            layer_norm_eps: epsilon(),
            hidden_dropout_prob: 0.1,
        }
    }

    /// Validates the values.
    ///
    /// # Errors
    /// One is out of bounds; the message names the key.
    pub fn check(&self) -> Result<()> {
        for (name, value, most) in [
            ("vocab_size", self.vocab_size, 1 << 20),
            ("hidden_size", self.hidden_size, 1 << 14),
            ("num_hidden_layers", self.num_hidden_layers, 512),
            ("num_attention_heads", self.num_attention_heads, 512),
            ("intermediate_size", self.intermediate_size, 1 << 16),
            ("max_position_embeddings", self.max_position_embeddings, 1 << 16),
            ("type_vocab_size", self.type_vocab_size, 1 << 10),
        ] {
            ensure!((1..=most).contains(&value), "{name} must lie between 1 and {most}, not {value}");
        }
        let (size, heads) = (self.hidden_size, self.num_attention_heads);
        ensure!(size % heads == 0, "hidden_size must be a multiple of num_attention_heads: {size} is none of {heads}");
        ensure!((1e-13..1.0).contains(&self.layer_norm_eps), "layer_norm_eps must lie between 1e-13 and 1");
        let dropout = self.hidden_dropout_prob;
        ensure!((0.0..1.0).contains(&dropout), "hidden_dropout_prob must be at least 0 and below 1, not {dropout}");
        Ok(())
    }

    /// Parameters of the encoder, without pooler and head.
    pub fn parameters(&self) -> i64 {
        let (h, i) = (self.hidden_size, self.intermediate_size);
        let embeddings = (self.vocab_size + self.max_position_embeddings + self.type_vocab_size) * h + 2 * h;
        // Of a block: query, key, value and output, feed-forward net, two norms.
        embeddings + self.num_hidden_layers * (4 * (h * h + h) + (h * i + i) + (i * h + h) + 4 * h)
    }
}

/// A block: attention and a feed-forward net, each on a residual branch, with a layer normalization after each sum.
#[derive(Debug)]
struct BertBlock {
    query: Linear,
    key: Linear,
    value: Linear,
    attention_output: Linear,
    attention_norm: Norm,
    intermediate: Linear,
    output: Linear,
    output_norm: Norm,
    heads: i64,
    dropout: f64,
}

impl BertBlock {
    fn new(weights: Weights, name: &str, config: &BertConfig) -> Result<BertBlock> {
        let (h, i) = (config.hidden_size, config.intermediate_size);
        let linear = |part: &str, sizes| Linear::transposed(weights, &format!("{name}.{part}"), sizes, STD);
        let norm = |part: &str| Norm::new(weights, &format!("{name}.{part}"), h, config.layer_norm_eps);
        Ok(BertBlock {
            query: linear("attention.self.query", [h, h])?,
            key: linear("attention.self.key", [h, h])?,
            value: linear("attention.self.value", [h, h])?,
            attention_output: linear("attention.output.dense", [h, h])?,
            attention_norm: norm("attention.output.LayerNorm")?,
            intermediate: linear("intermediate.dense", [h, i])?,
            output: linear("output.dense", [i, h])?,
            output_norm: norm("output.LayerNorm")?,
            heads: config.num_attention_heads,
            dropout: config.hidden_dropout_prob,
        })
    }

    /// `[batch, time, hidden_size]` -> the same shape, and what [`attention`] made.
    fn forward(&self, x: &Tensor, mask: &Mask, form: AttentionForm, train: bool) -> (Tensor, Attended) {
        // [b, t, h] -> [b, heads, t, h / heads]
        let [q, k, v] = [&self.query, &self.key, &self.value].map(|part| split_heads(&part.forward(x), self.heads));
        let attended = attention(&q, &k, &v, mask, form);
        let branch = self.attention_output.forward(&merge_heads(&attended.values)).dropout(self.dropout, train);
        let x = self.attention_norm.forward(&(x + branch));
        let fed = self.intermediate.forward(&x).gelu("none"); // [b, t, intermediate_size]
        let branch = self.output.forward(&fed).dropout(self.dropout, train);
        (self.output_norm.forward(&(x + branch)), attended)
    }
}

/// The encoder.
#[derive(Debug)]
pub struct Bert {
    /// Its sizes.
    pub config: BertConfig,
    /// `[vocab_size, hidden_size]`
    words: Tensor,
    /// `[max_position_embeddings, hidden_size]`
    positions: Tensor,
    /// `[type_vocab_size, hidden_size]`
    types: Tensor,
    norm: Norm,
    blocks: Vec<BertBlock>,
}

impl Bert {
    /// A net with these weights.
    ///
    /// # Errors
    /// [`BertConfig::check`] rejects the configuration; or as [`Weights::tensor`].
    pub fn new(weights: Weights, config: &BertConfig) -> Result<Bert> {
        config.check()?;
        let table = |name: &str, rows: i64| {
            let name = format!("embeddings.{name}_embeddings.weight");
            weights.tensor(&name, &[rows, config.hidden_size], Initializer::Normal(STD))
        };
        Ok(Bert {
            config: *config,
            words: table("word", config.vocab_size)?,
            positions: table("position", config.max_position_embeddings)?,
            types: table("token_type", config.type_vocab_size)?,
            norm: Norm::new(weights, "embeddings.LayerNorm", config.hidden_size, config.layer_norm_eps)?,
            blocks: (0..config.num_hidden_layers)
                .map(|i| BertBlock::new(weights, &format!("encoder.layer.{i}"), config))
                .collect::<Result<_>>()?,
        })
    }

    /// Where its weights are.
    pub fn device(&self) -> Device {
        self.words.device()
    }

    /// Tokens `[batch, time]` -> features `[batch, time, hidden_size]`. `seen` is true where there is a token, and false at
    /// padding, `[batch, time]`; without it there is no padding.
    pub fn forward(&self, tokens: &Tensor, seen: Option<&Tensor>, form: AttentionForm, train: bool) -> Tensor {
        let mask = match seen {
            Some(seen) => Mask::Seen(seen.unsqueeze(1).unsqueeze(1)), // [batch, time] -> [batch, 1, 1, time]
            None => Mask::None,
        };
        self.blocks.iter().fold(self.embed(tokens, train), |x, block| block.forward(&x, &mask, form, train).0)
    }

    /// Attention weights of each block and head over tokens `[1, time]`: `[layers, heads, time, time]`. Keeps no gradient.
    pub fn attention_weights(&self, tokens: &Tensor) -> Tensor {
        let _no_grad = tch::no_grad_guard();
        let mut x = self.embed(tokens, false);
        let mut all = vec![];
        for block in &self.blocks {
            let (next, attended) = block.forward(&x, &Mask::None, AttentionForm::Written, false);
            all.extend(attended.weights.map(|weights| weights.squeeze_dim(0))); // [1, heads, t, t] -> [heads, t, t]
            x = next;
        }
        Tensor::stack(&all, 0)
    }

    /// The sum of a token's, its position's and its segment's embedding, normalized.
    fn embed(&self, tokens: &Tensor, train: bool) -> Tensor {
        let words = Tensor::embedding(&self.words, tokens, -1, false, false); // [b, t, h]
        let places = self.positions.narrow(0, 0, tokens.size()[1]) + self.types.narrow(0, 0, 1); // [t, h]
        self.norm.forward(&(words + places)).dropout(self.config.hidden_dropout_prob, train)
    }
}

/// An encoder that finds hidden words.
#[derive(Debug)]
pub struct MaskedBert {
    /// The encoder.
    pub bert: Bert,
    transform: Linear,
    transform_norm: Norm,
    /// `[vocab_size]`
    bias: Tensor,
}

/// Losses of a batch.
#[derive(Debug)]
pub struct MaskedLoss {
    /// The mean of -log p of the hidden tokens; 0 if none is hidden.
    pub loss: Tensor,
    /// The share of them that is likeliest.
    pub accuracy: Tensor,
}

impl MaskedBert {
    /// A net with these weights.
    ///
    /// # Errors
    /// As [`Bert::new`].
    pub fn new(weights: Weights, config: &BertConfig) -> Result<MaskedBert> {
        let h = config.hidden_size;
        let bert = Bert::new(weights, config)?;
        Ok(MaskedBert {
            bert,
            transform: Linear::transposed(weights, "cls.predictions.transform.dense", [h, h], STD)?,
            transform_norm: Norm::new(weights, "cls.predictions.transform.LayerNorm", h, config.layer_norm_eps)?,
            bias: weights.tensor("cls.predictions.bias", &[config.vocab_size], Initializer::Zeros)?,
        })
    }

    /// Logits of the tokens at the batch's places, `[chosen, vocab_size]`.
    pub fn logits(&self, batch: &MaskedBatch, form: AttentionForm, train: bool) -> Tensor {
        let x = self.bert.forward(&batch.tokens, None, form, train);
        let x = x.flatten(0, 1).index_select(0, &batch.places); // [b, t, h] -> [b · t, h] -> [chosen, h]
        let x = self.transform_norm.forward(&self.transform.forward(&x).gelu("none"));
        // The word embeddings once more turn features to logits.
        precision::matmul(&x, &self.bert.words.transpose(0, 1)) + &self.bias
    }

    /// -1/n Σ log p(token | what the net sees), over the n chosen tokens.
    pub fn loss(&self, batch: &MaskedBatch, form: AttentionForm, train: bool) -> MaskedLoss {
        let logits = self.logits(batch, form, train);
        let n = logits.size()[0].max(1) as f64;
        let sum = logits.cross_entropy_loss(&batch.targets, None::<Tensor>, tch::Reduction::Sum, -100, 0.0);
        let found = logits.argmax(-1, false).eq_tensor(&batch.targets).sum(Kind::Float);
        MaskedLoss { loss: sum / n, accuracy: found / n }
    }

    /// One step of training; returns [`MaskedBert::loss`] before it.
    pub fn train_step(&self, batch: &MaskedBatch, form: AttentionForm, optimizer: &mut Optimizer) -> MaskedLoss {
        let losses = self.loss(batch, form, true);
        optimizer.minimize(&losses.loss);
        losses
    }

    /// The likeliest tokens at the batch's places with their probabilities, for each place. Keeps no gradient.
    ///
    /// # Errors
    /// libtorch fails.
    pub fn likeliest(&self, batch: &MaskedBatch, count: i64) -> Result<Vec<Vec<(i64, f64)>>> {
        let _no_grad = tch::no_grad_guard();
        let probabilities = self.logits(batch, AttentionForm::Fused, false).softmax(-1, None);
        let count = count.min(self.bert.config.vocab_size);
        let (p, tokens) = probabilities.to_device(Device::Cpu).to_kind(Kind::Double).topk(count, -1, true, true);
        let (p, tokens) = (Vec::<Vec<f64>>::try_from(p)?, Vec::<Vec<i64>>::try_from(tokens)?);
        Ok(tokens.into_iter().zip(p).map(|(tokens, p)| tokens.into_iter().zip(p).collect()).collect())
    }
}
