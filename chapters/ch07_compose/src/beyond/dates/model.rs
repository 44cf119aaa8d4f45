//! The encoder, the decoder, and the attention between them.

use anyhow::{Result, ensure};
use common::keras::recurrent::Recurrent;
use common::keras::{Activation, Merge, Model, Net, Node, Optimizer, Units, losses};
use serde::{Deserialize, Serialize};
use tch::nn::{Path, VarStore};
use tch::{Device, Tensor};

/// The most units of a layer.
const MOST_UNITS: i64 = 2048;

/// The net.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NetConfig {
    /// Size of a character's embedding.
    pub embedding_size: i64,
    /// Units of the encoder's LSTM in each direction.
    pub encoder_units: i64,
    /// Units of the hidden layer that scores a place of the input.
    pub attention_units: i64,
    /// Units of the decoder's LSTM.
    pub decoder_units: i64,
}

/// Lengths and vocabularies of what is read and written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sizes {
    /// Characters that are read, with padding.
    pub input_length: i64,
    /// Tokens of these characters.
    pub input_tokens: i64,
    /// Characters that are written, at least 2.
    pub output_length: i64,
    /// Tokens of these characters.
    pub output_tokens: i64,
}

/// Reads a sequence and writes another one.
///
/// A bidirectional LSTM reads all characters. An LSTM cell writes one character a step; its input at each step is the
/// context, a weighted mean of the encoder's states. What was written before is not read again: the cell's state knows.
#[derive(Debug)]
pub struct EncoderDecoder {
    /// All weights.
    pub variables: VarStore,
    /// Tokens int64 `[batch, input_length]` -> probabilities of characters `[batch, output_length, output_tokens]`.
    pub model: Model,
    /// The same tokens -> attention weights `[batch, output_length, input_length]`; each row adds up to 1.
    pub attention: Model,
    /// Encoder states, the decoder's h and c -> the next h and c, attention weights `[batch, input_length]`.
    pub decoder_step: Model,
    /// Tokens -> logits.
    logits: Model,
}

impl EncoderDecoder {
    /// An untrained model.
    ///
    /// # Errors
    /// Sizes are out of bounds.
    pub fn new(config: &NetConfig, sizes: Sizes, device: Device) -> Result<EncoderDecoder> {
        ensure!(sizes.output_length >= 2, "at least 2 characters must be written");
        let NetConfig { embedding_size, encoder_units, attention_units, decoder_units } = *config;
        for (name, size) in [
            ("embedding_size", embedding_size),
            ("encoder_units", encoder_units),
            ("attention_units", attention_units),
            ("decoder_units", decoder_units),
        ] {
            ensure!((1..=MOST_UNITS).contains(&size), "net.{name} must lie between 1 and {MOST_UNITS}, not {size}");
        }
        let Sizes { input_length, input_tokens, output_length, output_tokens } = sizes;
        let variables = VarStore::new(device);
        let net = Net::new(&variables.root());
        let characters = net.input("characters", [input_length]);
        let states = characters
            .embedding("embedding", input_tokens, embedding_size)
            .bidirectional_lstm("encoder", Recurrent::new(encoder_units).return_sequences());

        // The decoder's step is a model of its own, called once for each character that is written.
        let decoder_step =
            decoder_step(&(variables.root() / "decoder_step"), config, [input_length, 2 * encoder_units])?;
        let step = net.shared("decoder_step", [input_length], |_, _| Ok(decoder_step.clone()));
        let start = states.lambda("start", &[], [decoder_units], move |x, _| {
            Tensor::zeros([x[0].size()[0], decoder_units], (x[0].kind(), x[0].device()))
        });
        let (mut h, mut c) = (start.clone(), start);
        let (mut outputs, mut weights) = (vec![], vec![]);
        for _ in 0..output_length {
            let [next_h, next_c, attention] = step.call(&[&states, &h, &c]);
            outputs.push(next_h.clone());
            weights.push(attention);
            (h, c) = (next_h, next_c);
        }
        let probabilities = sequence(&outputs, decoder_units)
            .dense("output", Units::new(output_tokens).activation(Activation::Softmax));
        let model = net.model("encoder_decoder", &[&characters], &[&probabilities])?;
        let attention = net.model("attention", &[&characters], &[&sequence(&weights, input_length)])?;
        let logits = model.logits()?;
        Ok(EncoderDecoder { variables, model, attention, decoder_step, logits })
    }

    /// Scores of the characters before their softmax, `[batch, output_length, output_tokens]`.
    pub fn logits(&self, x: &Tensor, train: bool) -> Tensor {
        self.logits.forward_t(x, train)
    }

    /// One step of training on tokens `[batch, input_length]` and `[batch, output_length]`: the loss before it.
    pub fn train_step(&self, x: &Tensor, y: &Tensor, optimizer: &mut Optimizer) -> Tensor {
        let loss = cross_entropy(&self.logits(x, true), y);
        optimizer.minimize(&loss);
        loss
    }

    /// The models, for `plot_model`.
    pub fn models(&self) -> [&Model; 3] {
        [&self.model, &self.attention, &self.decoder_step]
    }
}

/// Mean cross-entropy of the characters to write, `[batch, output_length]`, from logits.
pub fn cross_entropy(logits: &Tensor, y: &Tensor) -> Tensor {
    losses::sparse_categorical_crossentropy_from_logits(&y.flatten(0, 1), &logits.flatten(0, 1))
}

/// One step of the decoder, over encoder states of a shape `[length, features]`.
fn decoder_step(path: &Path, config: &NetConfig, [length, features]: [i64; 2]) -> Result<Model> {
    let units = config.decoder_units;
    let net = Net::new(path);
    let states = net.input("states", [length, features]);
    let [h, c] = ["h", "c"].map(|name| net.input(name, [units]));
    // How well does each place of the input fit what the decoder is about to write?
    let scores = states
        .concatenate(&[&h.repeat_vector(length)])
        .dense("attention_hidden", Units::new(config.attention_units).activation(Activation::Tanh))
        .dense("attention_score", 1);
    let weights = scores.reshape(&[length]).softmax().named("attention_weights");
    // Their weighted mean is all that this step sees of the input.
    let dot = Merge::Dot { axes: [1, 1], normalize: false };
    let context = weights.merge(dot, &[&states]).named("context");
    let [_, next_h, next_c] =
        context.reshape(&[1, features]).lstm_with_state("decoder", Recurrent::new(units), &[&h, &c]);
    net.model("decoder_step", &[&states, &h, &c], &[&next_h, &next_c, &weights])
}

/// Vectors of so many features as a sequence, one step each.
fn sequence<'a>(steps: &[Node<'a>], features: i64) -> Node<'a> {
    let others: Vec<&Node> = steps[1..].iter().collect();
    steps[0].concatenate(&others).reshape(&[steps.len() as i64, features])
}
