//! BigGAN, which scales class-conditional GANs up (p. 333).
//!
//! Brock, Donahue and Simonyan, "Large Scale GAN Training for High Fidelity Natural Image Synthesis", 2019.

use super::equalized::noise;
use super::labelled_images::LabelledImages;
use super::moving_average::MovingAverage;
use super::net_summary::{Part, summary};
use super::residual_nets::{ResidualConfig, ResidualDiscriminator, ResidualGenerator};
use super::sagan::{DiscriminatorLosses, Optimizers, hinge_losses};
use anyhow::{Result, ensure};
use common::keras::{Adam, Initializer, Optimizer, Summary, nchw_to_nhwc, weights};
use common::training::{Training, ensure_positive};
use serde::{Deserialize, Serialize};
use tch::nn::VarStore;
use tch::{Device, Kind, Tensor, nn};

/// Images that are generated at a time for figures.
const SHOWN_AT_ONCE: i64 = 64;

/// Hyper-parameters of BigGAN.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BigGanConfig {
    /// The nets.
    pub nets: ResidualConfig,
    /// Values of each part of the latent point: one part for the beginning, and one for each block of the generator.
    pub z_part: i64,
    /// Values of the embedding of a class, which all blocks share.
    pub embedding: i64,
    /// Steps of the discriminator for each one of the generator.
    pub discriminator_steps: u64,
    /// Weight β of the orthogonal regularization of the generator.
    pub orthogonality: f64,
    /// Adam's learning rate for the generator.
    pub generator_learning_rate: f64,
    /// Adam's learning rate for the discriminator.
    pub discriminator_learning_rate: f64,
    /// Decay of the moving average of the generator's weights.
    pub average_decay: f64,
}

impl BigGanConfig {
    /// The paper's loss, learning rates, regularization and average, with nets of the size that is usual for 32 x 32
    /// pixels; the paper's own make images of 128 x 128 and more, in batches of 2,048.
    pub fn paper() -> BigGanConfig {
        BigGanConfig {
            nets: ResidualConfig { generator: vec![256; 4], discriminator: vec![256; 4], attention_side: Some(16) },
            z_part: 20,
            embedding: 128,
            discriminator_steps: 2,
            orthogonality: 1e-4,
            generator_learning_rate: 5e-5,
            discriminator_learning_rate: 2e-4,
            average_decay: 0.9999,
        }
    }

    /// Dimensions of latent space.
    pub fn z_dim(&self) -> i64 {
        self.z_part * self.nets.generator.len() as i64
    }

    /// Validates the values.
    ///
    /// # Errors
    /// One is out of bounds; the message names the key.
    pub fn check(&self) -> Result<()> {
        self.nets.check()?;
        for (name, value) in [("z_part", self.z_part), ("embedding", self.embedding)] {
            ensure!((1..=1024).contains(&value), "gan.{name} must lie between 1 and 1024, not {value}");
        }
        ensure!((1..=100).contains(&self.discriminator_steps), "gan.discriminator_steps must lie between 1 and 100");
        ensure!(self.orthogonality.is_finite() && self.orthogonality >= 0.0, "gan.orthogonality must be 0 or more");
        ensure_positive("gan.generator_learning_rate", self.generator_learning_rate)?;
        ensure_positive("gan.discriminator_learning_rate", self.discriminator_learning_rate)?;
        ensure!((0.0..1.0).contains(&self.average_decay), "gan.average_decay must be at least 0 and below 1");
        Ok(())
    }
}

/// The generator: a latent point, divided into parts, and an embedding of the class, which all blocks share.
#[derive(Debug)]
pub struct Generator {
    /// The residual net. The condition of a block is the embedding beside a part of the latent point.
    pub net: ResidualGenerator,
    /// `[classes, embedding]`
    embedding: Tensor,
    z_part: i64,
}

impl Generator {
    /// An untrained net for images of so many channels and classes.
    ///
    /// # Errors
    /// Sizes are out of bounds.
    pub fn new(path: &nn::Path, config: &BigGanConfig, [image_channels, classes]: [i64; 2]) -> Result<Generator> {
        let BigGanConfig { nets, z_part, embedding, .. } = config;
        let start = Initializer::Orthogonal;
        let sizes = [*z_part, embedding + z_part, image_channels];
        Ok(Generator {
            net: ResidualGenerator::new(path, nets, sizes, start)?,
            embedding: weights::add(&(path / "classes"), "table", &[classes, *embedding], start)?,
            z_part: *z_part,
        })
    }

    /// Images `[n, channels, side, side]` in [-1, 1] of latent points `[n, z_dim]` and classes, int64 `[n]`.
    pub fn forward(&self, z: &Tensor, classes: &Tensor, train: bool) -> Tensor {
        let of_class = self.embedding.index_select(0, classes);
        let parts = z.split(self.z_part, 1);
        let conditions: Vec<Tensor> = parts[1..].iter().map(|part| Tensor::cat(&[&of_class, part], 1)).collect();
        self.net.forward(&parts[0], &conditions, train).0
    }
}

/// Orthogonal regularization (equation 3 of the paper), which lets a generator bear truncated latent points:
/// R(W) = ‖W Wᵀ ⊙ (1 - I)‖², summed over matrices `[out, in]`.
pub fn orthogonal_regularization(matrices: &[Tensor]) -> Tensor {
    let terms: Vec<Tensor> = { matrices.iter() }
        .map(|matrix| {
            let products = matrix.matmul(&matrix.transpose(0, 1));
            let diagonal = products.diagonal(0, 0, 1);
            products.square().sum(None) - diagonal.square().sum(None)
        })
        .collect();
    Tensor::stack(&terms, 0).sum(None)
}

/// Latent points from a normal distribution that is cut off at ± `threshold` (the truncation trick, section 3.1), in
/// the shape and kind of `uniform`, whose values lie in [0, 1).
///
/// The paper draws values again until they lie within; the inverse of the distribution function makes the same
/// distribution in one go: Φ is that of N(0, 1) between its values at ± threshold.
pub fn truncated(uniform: &Tensor, threshold: f64) -> Tensor {
    let root_2 = std::f64::consts::SQRT_2;
    let within = Tensor::full([1], threshold / root_2, (Kind::Double, Device::Cpu)).erf().double_value(&[0]);
    let z = ((uniform * 2.0 - 1.0) * within).erfinv() * root_2;
    z.clamp(-threshold, threshold)
}

/// The nets, their training, and the average generator.
#[derive(Debug)]
pub struct BigGan {
    /// All weights: of `generator`, `discriminator` and `average`.
    pub variables: VarStore,
    /// The generator that is trained.
    pub generator: Generator,
    /// The discriminator.
    pub discriminator: ResidualDiscriminator,
    /// The generator with averaged weights, which makes the images.
    pub average: Generator,
    /// Number of classes.
    pub classes: i64,
    moving_average: MovingAverage,
    image_channels: i64,
    config: BigGanConfig,
}

/// Losses of a step of the generator.
#[derive(Debug)]
pub struct GeneratorLosses {
    /// -E[D(G(z), y)]
    pub loss: Tensor,
    /// The orthogonal regularization, without its weight.
    pub orthogonality: Tensor,
}

impl BigGan {
    /// Untrained nets for images of so many channels and classes.
    ///
    /// # Errors
    /// [`BigGanConfig::check`] rejects the configuration.
    pub fn new(config: &BigGanConfig, [image_channels, classes]: [i64; 2], device: Device) -> Result<BigGan> {
        config.check()?;
        let variables = VarStore::new(device);
        let sizes = [image_channels, classes];
        let net = |name: &str| Generator::new(&(variables.root() / name), config, sizes);
        let (generator, average) = (net("generator")?, net("average")?);
        let path = variables.root() / "discriminator";
        let discriminator = ResidualDiscriminator::new(&path, &config.nets, sizes, Initializer::Orthogonal)?;
        let moving_average = MovingAverage::new(&variables, "generator", "average")?;
        let config = config.clone();
        Ok(BigGan { variables, generator, discriminator, average, classes, moving_average, image_channels, config })
    }

    /// The optimizers: Adam with beta 0 and 0.999, and a rate for each net (appendix C of the paper). Create them after
    /// the nets' device and kind are settled.
    pub fn optimizers(&self) -> Optimizers {
        let adam = |rate| Adam { beta_1: 0.0, beta_2: 0.999, epsilon: 1e-8, ..Adam::new(rate) };
        let BigGanConfig { discriminator_learning_rate, generator_learning_rate, .. } = self.config;
        Optimizers::new(&self.variables, adam(discriminator_learning_rate), adam(generator_learning_rate))
    }

    /// What the nets consist of.
    pub fn summaries(&self) -> [Summary; 2] {
        let z = Part::new("z", "InputLayer", [self.config.z_dim()]);
        let classes = Part::new("classes", "Embedding", [self.config.embedding]);
        let parts = [z, classes].into_iter().chain(self.generator.net.parts(self.image_channels)).collect();
        [
            summary(&self.variables, "generator", parts),
            summary(&self.variables, "discriminator", self.discriminator.parts(self.image_channels)),
        ]
    }

    /// Points of latent space, `[n, z_dim]`.
    pub fn noise(&self, n: i64) -> Tensor {
        noise(n, self.config.z_dim(), self.variables.device())
    }

    /// Truncated points of latent space; see [`truncated`].
    pub fn truncated_noise(&self, n: i64, threshold: f64) -> Tensor {
        let uniform = Tensor::rand([n, self.config.z_dim()], (Kind::Float, self.variables.device()));
        truncated(&uniform, threshold)
    }

    /// Random classes, int64 `[n]`.
    pub fn random_classes(&self, n: i64) -> Tensor {
        Tensor::randint(self.classes, [n], (Kind::Int64, self.variables.device()))
    }

    /// Images of the average generator for figures, `[n, side, side, channels]` in [0, 1], with the moving averages of
    /// batch normalization.
    pub fn images(&self, z: &Tensor, classes: &Tensor) -> Tensor {
        let _no_grad = tch::no_grad_guard();
        let parts = z.split(SHOWN_AT_ONCE, 0).into_iter().zip(classes.split(SHOWN_AT_ONCE, 0));
        let images: Vec<Tensor> =
            parts.map(|(z, classes)| self.average.forward(&z, &classes, false) * 0.5 + 0.5).collect();
        nchw_to_nhwc(&Tensor::cat(&images, 0))
    }

    /// One step of the discriminator on real images and generated ones, each `[images, classes]` or `[z, classes]`; see
    /// [`hinge_losses`].
    pub fn train_discriminator(
        &self,
        [real, of_real]: [&Tensor; 2],
        [z, of_fakes]: [&Tensor; 2],
        optimizer: &mut Optimizer,
    ) -> DiscriminatorLosses {
        let fakes = tch::no_grad(|| self.generator.forward(z, of_fakes, true));
        let losses = hinge_losses(&self.discriminator, [real, &fakes], [of_real, of_fakes]);
        optimizer.minimize(&losses.loss);
        losses
    }

    /// One step of the generator: L = -E[D(G(z), y)] + β R. Moves the average, too.
    pub fn train_generator(&self, z: &Tensor, classes: &Tensor, optimizer: &mut Optimizer) -> GeneratorLosses {
        let fakes = self.generator.forward(z, classes, true);
        let loss = -self.discriminator.forward(&fakes, classes, true).mean(None);
        let orthogonality = orthogonal_regularization(&self.generator.net.matrices());
        optimizer.minimize(&(&loss + &orthogonality * self.config.orthogonality));
        self.moving_average.update(self.config.average_decay);
        GeneratorLosses { loss, orthogonality }
    }

    /// Trains; calls `after` at the end of each iteration, with its number (from 1).
    ///
    /// # Errors
    /// As [`Training::next`], or `after` fails.
    pub fn train(
        &self,
        training: &mut Training,
        images: &LabelledImages,
        batch_size: i64,
        optimizers: &mut Optimizers,
        mut after: impl FnMut(&BigGan, u64) -> Result<()>,
    ) -> Result<()> {
        let n = batch_size;
        while let Some(step) = training.next()? {
            let mut discriminator_step = || {
                let (real, of_real) = images.batch(n, self.variables.device());
                let (z, of_fakes) = (self.noise(n), self.random_classes(n));
                self.train_discriminator([&real, &of_real], [&z, &of_fakes], &mut optimizers.discriminator)
            };
            let mut d = discriminator_step();
            for _ in 1..self.config.discriminator_steps {
                d = discriminator_step();
            }
            let g = self.train_generator(&self.noise(n), &self.random_classes(n), &mut optimizers.generator);
            training.record(
                n,
                &[
                    ("d_loss_real", &d.loss_real),
                    ("d_loss_fake", &d.loss_fake),
                    ("g_loss", &g.loss),
                    ("orthogonality", &g.orthogonality),
                ],
            );
            after(self, step.number + 1)?;
        }
        Ok(())
    }
}
