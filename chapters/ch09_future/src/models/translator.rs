//! The transformer of "Attention Is All You Need" (pp. 319-325): an encoder reads a sentence, a decoder writes another one and
//! attends to both.

use super::attention::{AttentionForm, Mask, attention, merge_heads, split_heads};
use super::blocks::{Linear, Norm, Weights};
use super::gpt::{GptBlock, GptConfig};
use super::positional_encoding::positional_encoding;
use anyhow::Result;
use common::keras::{Initializer, Optimizer, precision};
use serde::{Deserialize, Serialize};
use tch::{Device, Kind, Tensor};

/// Tokens of both languages that are no words.
pub const PADDING: i64 = 0;
/// Stands before the first word.
pub const START: i64 = 1;
/// Stands after the last word.
pub const END: i64 = 2;

/// Sizes of the net.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TranslatorConfig {
    /// Features of a word.
    pub features: i64,
    /// Heads; they divide the features.
    pub heads: i64,
    /// Blocks of the encoder, and as many of the decoder.
    pub layers: i64,
}

/// A block of the decoder: attention to what was read, attention to what is written, and a feed-forward net. As in the
/// encoder, each stands after a layer normalization, which trains more easily than the paper's order.
#[derive(Debug)]
struct DecoderBlock {
    own: GptBlock,
    ln_cross: Norm,
    query: Linear,
    key_value: Linear,
    c_proj: Linear,
    heads: i64,
}

/// The net.
#[derive(Debug)]
pub struct Translator {
    source_embedding: Tensor,
    target_embedding: Tensor,
    /// The sinusoidal encoding (section 3.5), `[positions, features]`.
    positions: Tensor,
    encoder: Vec<GptBlock>,
    ln_encoder: Norm,
    decoder: Vec<DecoderBlock>,
    ln_decoder: Norm,
    output: Linear,
}

/// What the encoder made of sentences.
#[derive(Debug)]
pub struct Read {
    /// `[batch, words, features]`
    features: Tensor,
    /// Where words are, and no padding: `[batch, 1, 1, words]`.
    seen: Tensor,
}

/// What the decoder makes.
#[derive(Debug)]
pub struct Written {
    /// Logits of the next word, `[batch, words, vocabulary]`.
    pub logits: Tensor,
    /// Attention weights from each written word to each read one, `[layers, batch, heads, written, read]`.
    pub cross: Tensor,
}

impl DecoderBlock {
    fn new(weights: Weights, name: &str, config: &GptConfig) -> Result<DecoderBlock> {
        let e = config.n_embd;
        let linear = |part: &str, sizes| Linear::new(weights, &format!("{name}.cross.{part}"), sizes, 0.02);
        Ok(DecoderBlock {
            own: GptBlock::new(weights, name, config)?,
            ln_cross: Norm::new(weights, &format!("{name}.cross.ln"), e, config.layer_norm_epsilon)?,
            query: linear("query", [e, e])?,
            key_value: linear("key_value", [e, 2 * e])?,
            c_proj: linear("c_proj", [e, e])?,
            heads: config.n_head,
        })
    }

    /// `x` is `[batch, written, features]`. Returns the same shape, and the attention weights `[batch, heads, written, read]`.
    fn forward(&self, x: &Tensor, read: &Read, train: bool) -> (Tensor, Tensor) {
        // Queries come from what is written, keys and values from what was read.
        let q = split_heads(&self.query.forward(&self.ln_cross.forward(x)), self.heads);
        let key_value = self.key_value.forward(&read.features).chunk(2, -1); // [b, r, 2e] -> 2 of [b, r, e]
        let [k, v] = [0, 1].map(|i| split_heads(&key_value[i], self.heads));
        let seen = Mask::Seen(read.seen.shallow_clone());
        let attended = attention(&q, &k, &v, &seen, AttentionForm::Written);
        let x = x + self.c_proj.forward(&merge_heads(&attended.values));
        let x = self.own.forward(&x, train, |q, k, v| attention(q, k, v, &Mask::Causal, AttentionForm::Fused).values);
        (x, attended.weights.unwrap_or_else(|| unreachable!("the written form has weights")))
    }
}

impl Translator {
    /// A net for vocabularies of these sizes and sentences of at most so many words.
    ///
    /// # Errors
    /// A size is out of bounds.
    pub fn new(
        weights: Weights,
        config: &TranslatorConfig,
        [source, target]: [i64; 2],
        most_words: i64,
    ) -> Result<Translator> {
        let TranslatorConfig { features, heads, layers } = *config;
        let sizes = GptConfig {
            vocab_size: source.max(target),
            n_positions: most_words,
            n_embd: features,
            n_layer: layers,
            n_head: heads,
            dropout: 0.0,
            ..GptConfig::gpt2()
        };
        sizes.check()?;
        let norm = |name: &str| Norm::new(weights, name, features, sizes.layer_norm_epsilon);
        let embedding = |name: &str, count| weights.tensor(name, &[count, features], Initializer::Normal(1.0));
        let positions = positional_encoding(most_words as usize, features as usize);
        let source_embedding = embedding("source.weight", source)?;
        Ok(Translator {
            positions: Tensor::try_from(positions)?.to_device(source_embedding.device()),
            source_embedding,
            target_embedding: embedding("target.weight", target)?,
            encoder: (0..layers)
                .map(|i| GptBlock::new(weights, &format!("encoder.{i}"), &sizes))
                .collect::<Result<_>>()?,
            ln_encoder: norm("encoder.ln")?,
            decoder: (0..layers)
                .map(|i| DecoderBlock::new(weights, &format!("decoder.{i}"), &sizes))
                .collect::<Result<_>>()?,
            ln_decoder: norm("decoder.ln")?,
            output: Linear::new(weights, "output", [features, target], 0.02)?,
        })
    }

    /// Where its weights are.
    pub fn device(&self) -> Device {
        self.positions.device()
    }

    /// Reads sentences `[batch, words]`, [`PADDING`] after shorter ones.
    pub fn read(&self, source: &Tensor, train: bool) -> Read {
        let seen = source.not_equal(PADDING).unsqueeze(1).unsqueeze(1); // [b, r] -> [b, 1, 1, r]
        let mut x = self.embed(&self.source_embedding, source);
        for block in &self.encoder {
            let mask = Mask::Seen(seen.shallow_clone());
            x = block.forward(&x, train, |q, k, v| attention(q, k, v, &mask, AttentionForm::Fused).values);
        }
        Read { features: self.ln_encoder.forward(&x), seen }
    }

    /// What comes after each of some words `[batch, words]`, of which the first is [`START`].
    pub fn write(&self, target: &Tensor, read: &Read, train: bool) -> Written {
        let mut x = self.embed(&self.target_embedding, target);
        let mut cross = vec![];
        for block in &self.decoder {
            let (next, weights) = block.forward(&x, read, train);
            x = next;
            cross.push(weights);
        }
        let logits = precision::full(&self.output.forward(&self.ln_decoder.forward(&x)));
        Written { logits, cross: Tensor::stack(&cross, 0) }
    }

    /// The mean of -log p of each word of translations `[batch, words + 1]`, which begin with [`START`] and end with [`END`].
    pub fn loss(&self, source: &Tensor, target: &Tensor, train: bool) -> Tensor {
        let words = target.size()[1] - 1;
        let written = self.write(&target.narrow(1, 0, words), &self.read(source, train), train);
        let due = target.narrow(1, 1, words).reshape(-1);
        let logits = written.logits.flatten(0, 1); // [b, w, vocabulary] -> [b · w, vocabulary]
        logits.cross_entropy_loss::<Tensor>(&due, None, tch::Reduction::Mean, PADDING, 0.0)
    }

    /// One step of training; returns [`Translator::loss`] before it.
    pub fn train_step(&self, source: &Tensor, target: &Tensor, optimizer: &mut Optimizer) -> Tensor {
        let loss = self.loss(source, target, true);
        optimizer.minimize(&loss);
        loss
    }

    /// Translates sentences `[batch, words]`, each time with the likeliest word, to at most so many words: `[batch, most]`, with
    /// anything after [`END`].
    pub fn translate(&self, source: &Tensor, most: i64) -> Tensor {
        let _no_grad = tch::no_grad_guard();
        let read = self.read(source, false);
        let mut target = Tensor::full([source.size()[0], 1], START, (Kind::Int64, source.device()));
        for written in 1..=most {
            let logits = self.write(&target, &read, false).logits.select(1, written - 1); // [b, vocabulary]
            target = Tensor::cat(&[target, logits.argmax(-1, true)], 1);
        }
        target.narrow(1, 1, most)
    }

    /// `[batch, words]` -> `[batch, words, features]`
    fn embed(&self, embedding: &Tensor, words: &Tensor) -> Tensor {
        let time = words.size()[1];
        Tensor::embedding(embedding, words, -1, false, false) + self.positions.narrow(0, 0, time)
    }
}
