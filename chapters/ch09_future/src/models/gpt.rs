//! The decoder-only transformer GPT-2 (pp. 319-328): Radford et al., "Language Models are Unsupervised Multitask Learners",
//! 2019, built from the blocks of Vaswani et al., "Attention Is All You Need", 2017. Names are those of the published files.

use super::attention::{AttentionForm, Mask, attention, merge_heads, split_heads};
use super::blocks::{Linear, Norm, Weights};
use super::key_value_cache::KeyValueCache;
use anyhow::{Result, ensure};
use common::keras::{Initializer, MappedWeights, Optimizer, losses, precision};
use serde::{Deserialize, Serialize};
use tch::{Device, Kind, Tensor};

/// Sizes of the net, in the names of GPT-2's `config.json`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct GptConfig {
    /// Number of tokens.
    pub vocab_size: i64,
    /// Most tokens that it sees at once.
    pub n_positions: i64,
    /// Features of a token.
    pub n_embd: i64,
    /// Blocks.
    pub n_layer: i64,
    /// Attention heads of a block; they divide the features.
    pub n_head: i64,
    /// Epsilon of layer normalization.
    pub layer_norm_epsilon: f64,
    /// Share of the embeddings' and of each residual branch's outputs that is dropped while training.
    #[serde(alias = "resid_pdrop")]
    pub dropout: f64,
}

impl GptConfig {
    /// GPT-2's smallest net, of 124 million parameters.
    pub fn gpt2() -> GptConfig {
        GptConfig {
            vocab_size: 50_257,
            n_positions: 1024,
            n_embd: 768,
            n_layer: 12,
            n_head: 12,
            layer_norm_epsilon: 1e-5,
            dropout: 0.1,
        }
    }

    /// Validates the values.
    ///
    /// # Errors
    /// One is out of bounds; the message names the key.
    pub fn check(&self) -> Result<()> {
        let GptConfig { vocab_size, n_positions, n_embd, n_layer, n_head, layer_norm_epsilon, dropout } = *self;
        for (name, value, most) in [
            ("vocab_size", vocab_size, 1 << 20),
            ("n_positions", n_positions, 1 << 16),
            ("n_embd", n_embd, 1 << 14),
            ("n_layer", n_layer, 512),
            ("n_head", n_head, 512),
        ] {
            ensure!((1..=most).contains(&value), "{name} must lie between 1 and {most}, not {value}");
        }
        ensure!(n_embd % n_head == 0, "n_embd must be a multiple of n_head: {n_embd} is none of {n_head}");
        ensure!((1e-12..1.0).contains(&layer_norm_epsilon), "layer_norm_epsilon must lie between 1e-12 and 1");
        ensure!((0.0..1.0).contains(&dropout), "dropout must be at least 0 and below 1, not {dropout}");
        Ok(())
    }

    /// Values of a net with this configuration.
    pub fn parameters(&self) -> i64 {
        let GptConfig { vocab_size, n_positions, n_embd: e, n_layer, .. } = *self;
        // Of a block: two norms, attention (e -> 3e -> e), feed-forward (e -> 4e -> e).
        let block = 4 * e + (3 * e * e + 3 * e) + (e * e + e) + (4 * e * e + 4 * e) + (4 * e * e + e);
        (vocab_size + n_positions) * e + n_layer * block + 2 * e
    }
}

/// A block: attention and a feed-forward net, each after a layer normalization and on a residual branch.
#[derive(Debug)]
pub struct GptBlock {
    ln_1: Norm,
    c_attn: Linear,
    attn_c_proj: Linear,
    ln_2: Norm,
    c_fc: Linear,
    mlp_c_proj: Linear,
    heads: i64,
    dropout: f64,
}

impl GptBlock {
    /// The block whose tensors' names begin with `name`: `h.0`.
    ///
    /// # Errors
    /// As [`Weights::tensor`].
    pub fn new(weights: Weights, name: &str, config: &GptConfig) -> Result<GptBlock> {
        let e = config.n_embd;
        // Each block adds two branches to the residual stream: their last layers start smaller, so that the sum of all
        // has the size of one (section 2.3).
        let (std, std_of_branch) = (0.02, 0.02 / (2.0 * config.n_layer as f64).sqrt());
        let linear = |part: &str, sizes, std| Linear::new(weights, &format!("{name}.{part}"), sizes, std);
        let norm = |part: &str| Norm::new(weights, &format!("{name}.{part}"), e, config.layer_norm_epsilon);
        Ok(GptBlock {
            ln_1: norm("ln_1")?,
            c_attn: linear("attn.c_attn", [e, 3 * e], std)?,
            attn_c_proj: linear("attn.c_proj", [e, e], std_of_branch)?,
            ln_2: norm("ln_2")?,
            c_fc: linear("mlp.c_fc", [e, 4 * e], std)?,
            mlp_c_proj: linear("mlp.c_proj", [4 * e, e], std_of_branch)?,
            heads: config.n_head,
            dropout: config.dropout,
        })
    }

    /// `[batch, time, n_embd]` -> the same shape. `attend` makes the attended values of queries, keys and values, all
    /// `[batch, heads, time, n_embd / heads]`.
    pub fn forward(&self, x: &Tensor, train: bool, attend: impl FnOnce(&Tensor, &Tensor, &Tensor) -> Tensor) -> Tensor {
        let qkv = self.c_attn.forward(&self.ln_1.forward(x)).chunk(3, -1); // [b, t, 3e] -> 3 of [b, t, e]
        let [q, k, v] = [0, 1, 2].map(|i| split_heads(&qkv[i], self.heads)); // [b, heads, t, e / heads]
        let attended = merge_heads(&attend(&q, &k, &v)); // [b, t, e]
        let x = x + self.attn_c_proj.forward(&attended).dropout(self.dropout, train);
        let fed = self.c_fc.forward(&self.ln_2.forward(&x)).gelu("tanh"); // [b, t, 4e]
        x + self.mlp_c_proj.forward(&fed).dropout(self.dropout, train)
    }
}

/// The net.
#[derive(Debug)]
pub struct Gpt {
    /// Its sizes.
    pub config: GptConfig,
    /// Token embeddings `[vocab_size, n_embd]`, which also turn features to logits.
    wte: Tensor,
    /// Position embeddings `[n_positions, n_embd]`.
    wpe: Tensor,
    blocks: Vec<GptBlock>,
    ln_f: Norm,
    /// The file that holds the weights, if one does; dropped after them.
    file: Option<MappedWeights>,
}

impl Gpt {
    /// A net with these weights.
    ///
    /// # Errors
    /// [`GptConfig::check`] rejects the configuration; or as [`Weights::tensor`].
    pub fn new(weights: Weights, config: &GptConfig) -> Result<Gpt> {
        config.check()?;
        let GptConfig { vocab_size, n_positions, n_embd, n_layer, layer_norm_epsilon, .. } = *config;
        Ok(Gpt {
            config: *config,
            wte: weights.tensor("wte.weight", &[vocab_size, n_embd], Initializer::Normal(0.02))?,
            wpe: weights.tensor("wpe.weight", &[n_positions, n_embd], Initializer::Normal(0.01))?,
            blocks: (0..n_layer).map(|i| GptBlock::new(weights, &format!("h.{i}"), config)).collect::<Result<_>>()?,
            ln_f: Norm::new(weights, "ln_f", n_embd, layer_norm_epsilon)?,
            file: None,
        })
    }

    /// Keeps the file in which its weights lie.
    pub(super) fn with_file(self, file: MappedWeights) -> Gpt {
        Gpt { file: Some(file), ..self }
    }

    /// Whether the weights lie in a file.
    pub fn is_mapped(&self) -> bool {
        self.file.is_some()
    }

    /// Where its weights are.
    pub fn device(&self) -> Device {
        self.wte.device()
    }

    /// The kind of its weights.
    pub fn kind(&self) -> Kind {
        self.wte.kind()
    }

    /// Tokens `[batch, time]` -> logits of the token after each, `[batch, time, vocab_size]`.
    pub fn logits(&self, tokens: &Tensor, form: AttentionForm, train: bool) -> Tensor {
        let mut x = self.embed(tokens, 0).dropout(self.config.dropout, train);
        for block in &self.blocks {
            x = block.forward(&x, train, |q, k, v| attention(q, k, v, &Mask::Causal, form).values);
        }
        self.unembed(&self.ln_f.forward(&x))
    }

    /// Attention weights of each block and head over tokens `[1, time]`: `[n_layer, n_head, time, time]`. Keeps no gradient.
    pub fn attention_weights(&self, tokens: &Tensor) -> Tensor {
        let _no_grad = tch::no_grad_guard();
        let mut x = self.embed(tokens, 0);
        let mut all = vec![];
        for block in &self.blocks {
            x = block.forward(&x, false, |q, k, v| {
                let attended = attention(q, k, v, &Mask::Causal, AttentionForm::Written);
                all.extend(attended.weights.map(|weights| weights.squeeze_dim(0)));
                attended.values
            });
        }
        Tensor::stack(&all, 0)
    }

    /// Logits of the token after the last of tokens `[batch, time]`, which follow those in the cache: `[batch,
    /// vocab_size]`. Keeps no gradient. The cache has room for them.
    pub fn next_logits(&self, tokens: &Tensor, cache: &mut KeyValueCache) -> Tensor {
        let _no_grad = tch::no_grad_guard();
        let mut x = self.embed(tokens, cache.len());
        for (layer, block) in self.blocks.iter().enumerate() {
            x = block.forward(&x, false, |q, k, v| {
                let (keys, values) = cache.append(layer, k, v);
                attention(q, &keys, &values, &Mask::Causal, AttentionForm::Fused).values
            });
        }
        cache.advance(tokens.size()[1]);
        let last = x.select(1, x.size()[1] - 1); // [b, t, e] -> [b, e]
        self.unembed(&self.ln_f.forward(&last))
    }

    /// An empty cache for [`Gpt::next_logits`].
    pub fn cache(&self, batch: i64) -> KeyValueCache {
        let GptConfig { n_positions, n_embd, n_layer, n_head, .. } = self.config;
        let size = [batch, n_head, n_positions, n_embd / n_head];
        KeyValueCache::new(n_layer as usize, size, (precision::operand_kind(self.kind()), self.wte.device()))
    }

    /// The mean of -log p(token | tokens before it), in nats, over tokens `[batch, time + 1]`.
    pub fn loss(&self, tokens: &Tensor, form: AttentionForm, train: bool) -> Tensor {
        let time = tokens.size()[1] - 1;
        let logits = self.logits(&tokens.narrow(1, 0, time), form, train);
        let next = tokens.narrow(1, 1, time).reshape(-1); // [b, t] -> [b · t]
        losses::sparse_categorical_crossentropy_from_logits(&next, &logits.flatten(0, 1))
    }

    /// One step of training; returns [`Gpt::loss`] before it.
    pub fn train_step(&self, tokens: &Tensor, form: AttentionForm, optimizer: &mut Optimizer) -> Tensor {
        let loss = self.loss(tokens, form, true);
        optimizer.minimize(&loss);
        loss
    }

    /// Checks that these tokens exist and that there is room for them.
    ///
    /// # Errors
    /// There is none, there are too many, or one does not exist.
    pub fn check_tokens(&self, tokens: &[i64]) -> Result<()> {
        let GptConfig { vocab_size, n_positions, .. } = self.config;
        ensure!(!tokens.is_empty(), "the beginning has no token");
        let count = tokens.len();
        ensure!(count as i64 <= n_positions, "the beginning has {count} tokens: this net sees {n_positions} at once");
        let wrong = tokens.iter().find(|token| !(0..vocab_size).contains(*token));
        ensure!(wrong.is_none(), "the net has {vocab_size} tokens, and not one of number {}", wrong.unwrap_or(&0));
        Ok(())
    }

    /// Token and position embeddings of tokens `[batch, time]` that follow `before` others: `[batch, time, n_embd]`.
    fn embed(&self, tokens: &Tensor, before: i64) -> Tensor {
        let time = tokens.size()[1];
        Tensor::embedding(&self.wte, tokens, -1, false, false) + self.wpe.narrow(0, before, time)
    }

    /// `[.., n_embd]` -> logits `[.., vocab_size]`
    fn unembed(&self, x: &Tensor) -> Tensor {
        precision::matmul(x, &self.wte.transpose(0, 1))
    }
}
