//! MuseGAN (pp. 258-268): a generator that puts chorales together from chords, style, melodies and grooves, against a
//! critic.
//!
//! Dong, Hsiao, Yang and Yang, "MuseGAN: Multi-track Sequential Generative Adversarial Networks for Symbolic Music
//! Generation and Accompaniment", 2018; with the loss of chapter 4's WGAN-GP.

use super::bars::{N_STEPS_PER_BAR, N_TRACKS};
use anyhow::{Result, ensure};
use ch04::models::{CriticLosses, critic_losses, generator_loss, random_weights};
use common::keras::{
    Adam, BatchNormConfig, Conv, Initializer, Model, Net, Node, Optimizer, Padding, Units, to_channels_first,
    to_channels_last,
};
use common::training::{TrainState, Training};
use common::transfer::upload;
use serde::{Deserialize, Serialize};
use tch::nn::{Path, VarStore};
use tch::{Device, Kind, Tensor};

/// The kernel initializer: N(0, 0.02).
const WEIGHT_INIT: Initializer = Initializer::Normal(0.02);
/// Pitches in an octave: the last kernel of the bar generator, and the first one along the critic's pitches.
const OCTAVE: i64 = 12;

/// The book's arguments of `MuseGAN` about its nets, and the sizes of their layers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NetConfig {
    /// Bars, 2 or more.
    pub n_bars: i64,
    /// Pitches from 0 on: a multiple of 12.
    pub n_pitches: i64,
    /// Dimensions of each noise.
    pub z_dim: i64,
    /// Filters of a temporal network's first layer.
    pub temporal_filters: i64,
    /// Units of a bar generator's dense layer, an even number.
    pub bar_units: i64,
    /// Filters of a bar generator's transposed convolutions but the last one, which has one.
    pub bar_filters: [i64; 4],
    /// Filters of the critic's convolutions.
    pub critic_filters: [i64; 8],
    /// Units of the critic's dense layer.
    pub critic_units: i64,
}

impl NetConfig {
    /// The book's nets: two bars, 84 pitches.
    pub fn book() -> NetConfig {
        NetConfig {
            n_bars: 2,
            n_pitches: 84,
            z_dim: 32,
            temporal_filters: 1024,
            bar_units: 1024,
            bar_filters: [512, 256, 256, 256],
            critic_filters: [128, 128, 128, 128, 128, 128, 256, 512],
            critic_units: 1024,
        }
    }

    /// Noise -> noise for each bar, `[n_bars, z_dim]` (p. 264).
    pub fn temporal_network(&self, name: &str, path: &Path) -> Result<Model> {
        let z = self.z_dim;
        let convs = [(self.temporal_filters, 2), (z, self.n_bars - 1)];
        let mut x = Net::new(path).input("temporal_input", [z]).reshape(&[1, 1, z]); // [1, 1, z]
        for (i, (filters, rows)) in convs.into_iter().enumerate() {
            let conv = Conv::new(filters, [rows, 1]).padding(Padding::Valid);
            x = conv_t(&x, i, conv).relu(); // [2, 1, filters], [n_bars, 1, z]
        }
        x.reshape(&[self.n_bars, z]).model(name)
    }

    /// Chords, style, melody and groove of a bar side by side, `[4 · z_dim]` -> one track of the bar,
    /// `[1, 16, n_pitches, 1]` in [-1, 1] (p. 266).
    pub fn bar_generator(&self, name: &str, path: &Path) -> Result<Model> {
        let mut x = Net::new(path)
            .input("bar_generator_input", [4 * self.z_dim])
            .dense("dense", self.bar_units)
            .batch_norm_with("batch_norm", BatchNormConfig::momentum(0.9))
            .relu()
            .reshape(&[2, 1, self.bar_units / 2]);
        // [4, 1, ..], [8, 1, ..], [16, 1, ..], [16, octaves, ..]
        let sides = [[2, 1], [2, 1], [2, 1], [1, self.n_pitches / OCTAVE]];
        for (i, (filters, sides)) in self.bar_filters.into_iter().zip(sides).enumerate() {
            x = conv_t(&x, i, Conv::new(filters, sides).strides(sides)).relu();
        }
        let last = Conv::new(1, [1, OCTAVE]).strides([1, OCTAVE]).kernel_initializer(WEIGHT_INIT);
        x = x.conv2d_transpose("conv_t_4", last).tanh(); // [16, n_pitches, 1]
        x.reshape(&[1, N_STEPS_PER_BAR, self.n_pitches, 1]).model(name)
    }

    /// Noise for chords and style `[z_dim]`, for melodies and grooves `[tracks, z_dim]` -> score
    /// `[n_bars, 16, n_pitches, tracks]` (p. 267).
    pub fn generator(&self, path: &Path) -> Result<Model> {
        let z = self.z_dim;
        let net = Net::new(path);
        let [chords_input, style_input] = ["chords_input", "style_input"].map(|name| net.input(name, [z]));
        let [melody_input, groove_input] = ["melody_input", "groove_input"].map(|name| net.input(name, [N_TRACKS, z]));

        let temporal_network = |name: &str| self.temporal_network(name, &path.sub(name));
        let chords_over_time = chords_input.call(&temporal_network("temporal_network")?); // [n_bars, z]
        let (mut melody_over_time, mut grooves, mut bar_generators) = (vec![], vec![], vec![]);
        for track in 0..N_TRACKS {
            let melody = row(&melody_input, track, z, format!("melody_{track}"));
            melody_over_time.push(melody.call(&temporal_network(&format!("melody_network_{track}"))?)); // [n_bars, z]
            grooves.push(row(&groove_input, track, z, format!("groove_{track}")));
            let name = format!("bar_generator_{track}");
            bar_generators.push(self.bar_generator(&name, &path.sub(&name))?);
        }

        // The last bar first, as tf.keras calls them: a track's generator moves its averages at each call.
        let mut bars = vec![];
        for bar in (0..self.n_bars).rev() {
            let chords = row(&chords_over_time, bar, z, format!("chords_bar_{bar}"));
            let mut tracks = vec![];
            for track in 0..N_TRACKS as usize {
                let melody = row(&melody_over_time[track], bar, z, format!("melody_{track}_bar_{bar}"));
                let total_input = chords.concatenate(&[&style_input, &melody, &grooves[track]]);
                tracks.push(total_input.named(format!("input_bar_{bar}_track_{track}")).call(&bar_generators[track]));
            }
            bars.push(tracks[0].concatenate(&tracks[1..].iter().collect::<Vec<_>>())); // [1, 16, n_pitches, tracks]
        }
        bars.reverse();
        let others: Vec<&Node> = bars[1..].iter().collect();
        let score = bars[0].lambda("concat_bars", &others, self.score_shape(), |bars, _| Tensor::cat(bars, 1));
        net.model("generator", &[&chords_input, &style_input, &melody_input, &groove_input], &[&score])
    }

    /// Score -> how real it sounds (p. 268).
    pub fn critic(&self, path: &Path) -> Result<Model> {
        let octaves = self.n_pitches / OCTAVE;
        let (one, same, valid) = ([1; 3], Padding::Same, Padding::Valid);
        let convs = [
            ([2, 1, 1], one, valid),                  // two bars at a time: [n_bars - 1, 16, n_pitches]
            ([self.n_bars - 1, 1, 1], one, valid),    // all bars:           [1, 16, n_pitches]
            ([1, 1, OCTAVE], [1, 1, OCTAVE], same),   //                     [1, 16, octaves]
            ([1, 1, octaves], [1, 1, octaves], same), //                   [1, 16, 1]
            ([1, 2, 1], [1, 2, 1], same),             //                      [1, 8, 1]
            ([1, 2, 1], [1, 2, 1], same),             //                      [1, 4, 1]
            ([1, 4, 1], [1, 2, 1], same),             //                      [1, 2, 1]
            ([1, 3, 1], [1, 2, 1], same),             //                      [1, 1, 1]
        ];
        let mut x = Net::new(path).input("critic_input", self.score_shape());
        for (i, (filters, (kernel, strides, padding))) in self.critic_filters.into_iter().zip(convs).enumerate() {
            let conv = Conv::new(filters, kernel).strides(strides).padding(padding).kernel_initializer(WEIGHT_INIT);
            x = x.conv3d(format!("conv_{i}"), conv).leaky_relu(0.3);
        }
        let units = |units| Units::new(units).kernel_initializer(WEIGHT_INIT);
        x.flatten()
            .dense("dense_0", units(self.critic_units))
            .leaky_relu(0.3)
            .dense("dense_1", units(1))
            .model("critic")
    }

    /// The shape of a score.
    fn score_shape(&self) -> [i64; 4] {
        [self.n_bars, N_STEPS_PER_BAR, self.n_pitches, N_TRACKS]
    }

    fn check(&self) -> Result<()> {
        ensure!((2..=64).contains(&self.n_bars), "net.n_bars must lie between 2 and 64, not {}", self.n_bars);
        let octaves = self.n_pitches / OCTAVE;
        ensure!(
            self.n_pitches % OCTAVE == 0 && (1..=10).contains(&octaves),
            "net.n_pitches must be a multiple of {OCTAVE} from 12 to 120, not {}",
            self.n_pitches
        );
        ensure!(self.bar_units % 2 == 0, "net.bar_units must be even, not {}", self.bar_units);
        Ok(())
    }
}

/// Row `i` of a matrix `[rows, z]`.
fn row<'a>(of: &Node<'a>, i: i64, z: i64, name: String) -> Node<'a> {
    of.lambda(name, &[], [z], move |x, _| x[0].select(1, i))
}

/// A transposed convolution of the generator with its batch normalization.
fn conv_t<'a>(x: &Node<'a>, i: usize, conv: Conv<2>) -> Node<'a> {
    x.conv2d_transpose(format!("conv_t_{i}"), conv.kernel_initializer(WEIGHT_INIT))
        .batch_norm_with(format!("batch_norm_{i}"), BatchNormConfig::momentum(0.9))
}

/// The generator's inputs for `n` scores, all of N(0, 1).
#[derive(Debug)]
pub struct Noise {
    /// What all tracks share in a bar, `[n, z_dim]`.
    pub chords: Tensor,
    /// What all bars and tracks share, `[n, z_dim]`.
    pub style: Tensor,
    /// What changes from bar to bar in each track, `[n, tracks, z_dim]`.
    pub melody: Tensor,
    /// What stays in each track, `[n, tracks, z_dim]`.
    pub groove: Tensor,
}

/// The optimizers of the two nets.
#[derive(Debug)]
pub struct Optimizers {
    /// The critic's.
    pub critic: Optimizer,
    /// The generator's.
    pub generator: Optimizer,
}

/// A critic against a generator.
#[derive(Debug)]
pub struct MuseGan {
    /// All weights.
    pub variables: VarStore,
    /// Score -> how real it sounds.
    pub critic: Model,
    /// Noise -> score.
    pub generator: Model,
    /// Critic steps per generator step.
    pub n_critic: u64,
    /// Weight of the gradient penalty.
    pub grad_weight: f64,
    z_dim: i64,
}

impl MuseGan {
    /// Untrained nets.
    ///
    /// # Errors
    /// Sizes are out of bounds.
    pub fn new(config: &NetConfig, n_critic: u64, grad_weight: f64, device: Device) -> Result<MuseGan> {
        config.check()?;
        ensure!(n_critic > 0, "n_critic must be above 0");
        let variables = VarStore::new(device);
        let critic = config.critic(&variables.root().sub("critic"))?;
        let generator = config.generator(&variables.root())?;
        Ok(MuseGan { variables, critic, generator, n_critic, grad_weight, z_dim: config.z_dim })
    }

    /// Both nets, for `plot_model`.
    pub fn models(&self) -> [&Model; 2] {
        [&self.critic, &self.generator]
    }

    /// The book's optimizers: Adam with beta 0.5 and 0.9.
    pub fn optimizers(&self, critic_learning_rate: f64, generator_learning_rate: f64) -> Optimizers {
        let adam = |learning_rate| Adam { beta_1: 0.5, beta_2: 0.9, ..Adam::new(learning_rate) };
        Optimizers {
            critic: Optimizer::new(self.critic.trainable(), adam(critic_learning_rate)),
            generator: Optimizer::new(self.generator.trainable(), adam(generator_learning_rate)),
        }
    }

    /// Random noise for `n` scores.
    pub fn noise(&self, n: i64) -> Noise {
        let options = (Kind::Float, self.variables.device());
        let of_score = || Tensor::randn([n, self.z_dim], options);
        let of_tracks = || Tensor::randn([n, N_TRACKS, self.z_dim], options);
        Noise { chords: of_score(), style: of_score(), melody: of_tracks(), groove: of_tracks() }
    }

    /// Noise -> scores as they travel between nets, `[n, tracks, n_bars, 16, n_pitches]`.
    fn generate(&self, noise: &Noise, train: bool) -> Tensor {
        let Noise { chords, style, melody, groove } = noise;
        let [scores] = self.generator.forward_all(&[chords, style, melody, groove], train);
        scores
    }

    /// Noise -> scores `[n, n_bars, 16, n_pitches, tracks]` in [-1, 1], in inference mode and without gradients.
    pub fn scores(&self, noise: &Noise) -> Tensor {
        tch::no_grad(|| to_channels_last(&self.generate(noise, false)))
    }

    /// One critic step on real scores `[n, n_bars, 16, n_pitches, tracks]`, generated ones, and their interpolations with
    /// weights `alpha` (p. 268), which is the step of chapter 4's WGAN-GP.
    pub fn train_critic(
        &self,
        real: &Tensor,
        noise: &Noise,
        alpha: &Tensor,
        optimizer: &mut Optimizer,
    ) -> CriticLosses {
        let fakes = tch::no_grad(|| self.generate(noise, false));
        let losses = critic_losses(&self.critic, &to_channels_first(real), &fakes, alpha, self.grad_weight);
        optimizer.minimize(&losses.loss);
        losses
    }

    /// One generator step towards high outputs of the critic.
    pub fn train_generator(&self, noise: &Noise, optimizer: &mut Optimizer) -> Tensor {
        let loss = generator_loss(&self.critic, &self.generate(noise, true));
        optimizer.minimize(&loss);
        loss
    }

    /// Trains like the book's `train` on batches of scores `[pieces, n_bars, 16, n_pitches, tracks]`, which are sampled with
    /// replacement. `after` is called after each iteration with its number, from 1.
    ///
    /// # Errors
    /// As [`Training::next`], or `after` fails.
    pub fn train(
        &self,
        scores: &Tensor,
        batch_size: i64,
        optimizers: &mut Optimizers,
        training: &mut Training,
        mut after: impl FnMut(u64) -> Result<()>,
    ) -> Result<()> {
        while let Some(step) = training.next()? {
            let mut last = None;
            for _ in 0..self.n_critic {
                let rows = Tensor::randint(scores.size()[0], [batch_size], (Kind::Int64, Device::Cpu));
                let real = scores.index_select(0, &upload(&rows, scores.device()));
                let (noise, alpha) = (self.noise(batch_size), random_weights(&real));
                last = Some(self.train_critic(&real, &noise, &alpha, &mut optimizers.critic));
            }
            let Some(d) = last else { break };
            let g_loss = self.train_generator(&self.noise(batch_size), &mut optimizers.generator);
            let d_losses = [("d_loss", &d.loss), ("d_loss_real", &d.loss_real), ("d_loss_fake", &d.loss_fake)];
            let others = [("gradient_penalty", &d.gradient_penalty), ("g_loss", &g_loss)];
            training.record(1, &[&d_losses[..], &others].concat());
            after(step.number + 1)?;
        }
        Ok(())
    }
}

impl Optimizers {
    /// What a checkpoint saves.
    pub fn state(&self, gan: &MuseGan) -> TrainState {
        TrainState::new(&gan.variables).optimizer("critic", &self.critic).optimizer("generator", &self.generator)
    }
}
