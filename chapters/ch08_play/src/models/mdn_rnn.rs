//! M, the recurrent net with a mixture density output that remembers (pp. 282 and 297-301): from frame, action and reward
//! it predicts the next frame's place in latent space, and whether there will be a reward.

use anyhow::{Context, Result, ensure};
use common::keras::recurrent::Recurrent;
use common::keras::{Dense, Model, Net, Optimizer, losses};
use serde::{Deserialize, Serialize};
use std::f64::consts::TAU;
use tch::nn::VarStore;
use tch::{Device, Kind, Tensor};

/// The book's hyper-parameters of the MDN-RNN (p. 298).
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MdnRnnConfig {
    /// Dimensions of latent space.
    pub z_dim: i64,
    /// Numbers of an action.
    pub action_dim: i64,
    /// Units of the LSTM.
    pub units: i64,
    /// Normal distributions that are mixed in each latent dimension.
    pub mixtures: i64,
    /// Share of the LSTM's outputs that is dropped while training; 0 in the book.
    pub dropout: f64,
}

impl MdnRnnConfig {
    /// The book's.
    pub fn book() -> MdnRnnConfig {
        MdnRnnConfig { z_dim: 32, action_dim: 3, units: 256, mixtures: 5, dropout: 0.0 }
    }

    /// Validates the values.
    ///
    /// # Errors
    /// One is out of bounds; the message names the key.
    pub fn check(&self) -> Result<()> {
        let MdnRnnConfig { z_dim, action_dim, units, mixtures, dropout } = *self;
        for (name, value, most) in [
            ("z_dim", z_dim, 1024),
            ("action_dim", action_dim, 1024),
            ("units", units, 4096),
            ("mixtures", mixtures, 100),
        ] {
            ensure!((1..=most).contains(&value), "rnn.{name} must lie between 1 and {most}, not {value}");
        }
        ensure!((0.0..1.0).contains(&dropout), "rnn.dropout must lie from 0 to below 1, not {dropout}");
        Ok(())
    }

    /// Values of an input: z, action and reward.
    pub fn input_dim(&self) -> i64 {
        self.z_dim + self.action_dim + 1
    }
}

/// An LSTM, and a dense layer that makes mixtures of its output.
#[derive(Debug)]
pub struct MdnRnn {
    /// All weights.
    pub variables: VarStore,
    /// Sequence `[time, 36]` -> `[time, 481]`: of each latent dimension 5 log pi, 5 mu and 5 log sigma, and last the
    /// reward's logit.
    pub model: Model,
    /// The dense layer alone, `[256]` -> `[481]`.
    mdn: Model,
    /// Weights of the LSTM.
    lstm: LstmWeights,
    config: MdnRnnConfig,
}

/// The LSTM's variables, shared with the model.
#[derive(Debug)]
struct LstmWeights {
    kernel: Tensor,
    recurrent_kernel: Tensor,
    bias: Tensor,
}

/// Sequences to train with.
#[derive(Debug)]
pub struct SequenceBatch {
    /// z, action and reward of each step, `[n, time, 36]`.
    pub input: Tensor,
    /// z of the next step, `[n, time, 32]`.
    pub next_z: Tensor,
    /// Reward of the next step, 0 or 1, `[n, time]`.
    pub next_reward: Tensor,
}

impl SequenceBatch {
    /// Episodes of so many frames give sequences of one step less: z `[n, frames, 32]`, actions `[n, frames, 3]` and
    /// rewards, 0 or 1, `[n, frames]`.
    pub fn new(z: &Tensor, actions: &Tensor, rewards: &Tensor) -> SequenceBatch {
        let steps = z.size()[1] - 1;
        let input = rnn_input(z, actions, rewards).narrow(1, 0, steps);
        let [next_z, next_reward] = [z, rewards].map(|values| values.narrow(1, 1, steps));
        SequenceBatch { input, next_z, next_reward }
    }
}

/// What the net reads: z `[.., 32]`, action `[.., 3]` and reward `[..]` side by side, `[.., 36]`.
pub fn rnn_input(z: &Tensor, action: &Tensor, reward: &Tensor) -> Tensor {
    Tensor::cat(&[z, action, &reward.unsqueeze(-1)], -1)
}

/// What the LSTM keeps from one step to the next, `[n, 256]` each.
#[derive(Debug)]
pub struct State {
    /// Its output, which the controller sees.
    pub h: Tensor,
    /// The state of its cells.
    pub c: Tensor,
}

impl MdnRnn {
    /// An untrained net.
    ///
    /// # Errors
    /// [`MdnRnnConfig::check`] rejects the configuration.
    pub fn new(config: &MdnRnnConfig, device: Device) -> Result<MdnRnn> {
        config.check()?;
        let MdnRnnConfig { z_dim, units, mixtures, dropout, .. } = *config;
        let variables = VarStore::new(device);
        let net = Net::new(&variables.root());
        let sequence = net.input("rnn_x", [None, Some(config.input_dim())]);
        let x = sequence.lstm("lstm", Recurrent::new(units).return_sequences());
        let x = if dropout > 0.0 { x.dropout(dropout) } else { x };
        let mdn = net.shared("mdn", x.shape(), |path, h| Dense::new(path, h, z_dim * 3 * mixtures + 1));
        let [output] = mdn.call(&[&x]);
        let model = net.model("mdn_rnn", &[&sequence], &[&output])?;

        let h = net.input("h", [units]);
        let [output] = mdn.call(&[&h]);
        let mdn = net.model("mdn", &[&h], &[&output])?;
        let lstm = variables.root() / "lstm";
        let weight = |name: &str| lstm.get(name).with_context(|| format!("internal error: the LSTM has no {name}"));
        let lstm = LstmWeights {
            kernel: weight("kernel")?,
            recurrent_kernel: weight("recurrent_kernel")?,
            bias: weight("bias")?,
        };
        Ok(MdnRnn { variables, model, mdn, lstm, config: *config })
    }

    /// The losses of a batch: their sum, that of z and that of the reward (p. 300).
    pub fn losses(&self, batch: &SequenceBatch, train: bool) -> [Tensor; 3] {
        let prediction = self.prediction(&self.model.forward_t(&batch.input, train));
        // Means over sequences and steps, that of z over latent dimensions, too.
        let z_loss = prediction.negative_log_likelihood(&batch.next_z);
        let reward_loss = losses::binary_crossentropy_from_logits(&batch.next_reward, &prediction.reward_logit);
        [&z_loss + &reward_loss, z_loss, reward_loss]
    }

    /// One step of training; returns [`MdnRnn::losses`] before it.
    pub fn train_step(&self, batch: &SequenceBatch, optimizer: &mut Optimizer) -> [Tensor; 3] {
        let losses = self.losses(batch, true);
        optimizer.minimize(&losses[0]);
        losses
    }

    /// The state before the first step of `n` sequences: zeros.
    pub fn initial_state(&self, n: i64) -> State {
        let zeros = || Tensor::zeros([n, self.config.units], (Kind::Float, self.variables.device()));
        State { h: zeros(), c: zeros() }
    }

    /// One step of `n` sequences from a state on: input `[n, 36]`, see [`rnn_input`]. Keeps no gradient.
    pub fn step(&self, input: &Tensor, state: &State) -> (Prediction, State) {
        let state = self.next_state(input, state);
        (self.predict(&state.h), state)
    }

    /// The state after a step, as in [`MdnRnn::step`].
    pub fn next_state(&self, input: &Tensor, state: &State) -> State {
        let _no_grad = tch::no_grad_guard();
        // Gates i, f, c, o, all before their activations: [n, 4 · 256]. By hand, since for a single step libtorch's layer
        // takes four times as long.
        let LstmWeights { kernel, recurrent_kernel, bias } = &self.lstm;
        let gates = bias.addmm(input, kernel).addmm(&state.h, recurrent_kernel).chunk(4, 1);
        let c = gates[1].sigmoid() * &state.c + gates[0].sigmoid() * gates[2].tanh();
        let h = gates[3].sigmoid() * c.tanh();
        State { h, c }
    }

    /// What is expected after a state whose output is h, `[n, 256]`. Keeps no gradient.
    pub fn predict(&self, h: &Tensor) -> Prediction {
        let _no_grad = tch::no_grad_guard();
        self.prediction(&self.mdn.forward_t(h, false))
    }

    fn prediction(&self, output: &Tensor) -> Prediction {
        Prediction::new(output, self.config.z_dim, self.config.mixtures)
    }
}

/// What is expected of the next step: a mixture of normal distributions in each latent dimension (p. 298), and a reward.
/// Leading axes are `[n]`, or `[n, time]`.
#[derive(Debug)]
pub struct Prediction {
    /// Log weights of the normal distributions, `[.., 32, 5]`; the weights add up to 1.
    pub log_pi: Tensor,
    /// Their means.
    pub mu: Tensor,
    /// Logarithms of their standard deviations.
    pub log_sigma: Tensor,
    /// Logit of the probability of a reward, `[..]`.
    pub reward_logit: Tensor,
}

impl Prediction {
    /// Takes an output of the net apart, `[.., z_dim · 3 · mixtures + 1]`.
    pub fn new(output: &Tensor, z_dim: i64, mixtures: i64) -> Prediction {
        let values = z_dim * 3 * mixtures;
        // [.., 480] -> [.., 32, 15], in whose memory the 32 lie side by side: half the time of the loss, since libtorch is
        // slow where the last axis is as short as five.
        let of_z = output.narrow(-1, 0, values).unflatten(-1, [z_dim, 3 * mixtures]).transpose(-1, -2).contiguous();
        let part = |i: i64| of_z.narrow(-2, i * mixtures, mixtures); // [.., 5, 32]
        let [log_pi, mu, log_sigma] =
            [part(0).log_softmax(-2, None), part(1), part(2)].map(|part| part.transpose(-1, -2));
        Prediction { log_pi, mu, log_sigma, reward_logit: output.select(-1, values) }
    }

    /// -log Σₖ pi_k N(z; mu_k, sigma_k), the mean over all steps and latent dimensions of z `[.., 32]`.
    ///
    /// All of it is computed from logarithms, so that neither the value nor the gradient is lost where the densities are
    /// too small for a number.
    pub fn negative_log_likelihood(&self, z: &Tensor) -> Tensor {
        // log N(z; mu, sigma) = -½ ((z - mu) / sigma)² - log sigma - ½ log 2π
        let standardized = (z.unsqueeze(-1) - &self.mu) * (-&self.log_sigma).exp();
        let log_density = standardized.square() * -0.5 - &self.log_sigma - 0.5 * TAU.ln();
        -(&self.log_pi + log_density).logsumexp(-1, false).mean(None)
    }

    /// A sample of the next z, `[.., 32]` (p. 300).
    ///
    /// The temperature, above 0, divides log pi before the weights are made to add up to 1 again, and multiplies the
    /// variances: the higher, the less certain is what comes next (p. 312). Random numbers come from the caller:
    /// `uniform` of [0, 1) picks the normal distribution, `normal` the value, `[.., 32]` each.
    pub fn sample(&self, temperature: f64, uniform: &Tensor, normal: &Tensor) -> Tensor {
        let pi = (&self.log_pi / temperature).softmax(-1, None);
        // The first one whose cumulative weight is above the number. The last one needs no comparison, so that rounding
        // of its cumulative weight does no harm.
        let others = pi.size().last().map_or(0, |mixtures| mixtures - 1);
        let below = pi.cumsum(-1, None).narrow(-1, 0, others).le_tensor(&uniform.unsqueeze(-1));
        let k = below.sum_dim_intlist(-1, true, Kind::Int64); // [.., 32, 1]
        let [mu, log_sigma] = [&self.mu, &self.log_sigma].map(|of_all| of_all.gather(-1, &k, false).squeeze_dim(-1));
        mu + log_sigma.exp() * temperature.sqrt() * normal
    }

    /// Whether a reward is expected: its probability is above a half. Booleans, `[..]`.
    pub fn is_rewarded(&self) -> Tensor {
        self.reward_logit.gt(0.0)
    }
}
