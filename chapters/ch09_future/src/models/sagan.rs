//! SAGAN, whose nets see all of an image at once (p. 332).
//!
//! Zhang, Goodfellow, Metaxas and Odena, "Self-Attention Generative Adversarial Networks", 2019.

use super::equalized::noise;
use super::labelled_images::LabelledImages;
use super::moving_average::trainable_below;
use super::net_summary::{Part, summary};
use super::residual_nets::{ResidualConfig, ResidualDiscriminator, ResidualGenerator};
use anyhow::{Result, ensure};
use common::keras::{Adam, Initializer, Optimizer, Summary, nchw_to_nhwc};
use common::training::{TrainState, Training, ensure_positive};
use serde::{Deserialize, Serialize};
use tch::nn::VarStore;
use tch::{Device, Kind, Tensor};

/// Images that are generated at a time for figures.
const SHOWN_AT_ONCE: i64 = 64;

/// Hyper-parameters of SAGAN.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SaganConfig {
    /// The nets.
    pub nets: ResidualConfig,
    /// Dimensions of latent space.
    pub z_dim: i64,
    /// Adam's learning rate for the generator.
    pub generator_learning_rate: f64,
    /// Adam's learning rate for the discriminator.
    pub discriminator_learning_rate: f64,
}

impl SaganConfig {
    /// The paper's loss, learning rates and attention, with nets of the size that is usual for 32 x 32 pixels (Miyato
    /// et al., 2018, table 4); the paper's own make images of 128 x 128.
    pub fn paper() -> SaganConfig {
        SaganConfig {
            nets: ResidualConfig { generator: vec![256; 4], discriminator: vec![128; 4], attention_side: Some(16) },
            z_dim: 128,
            generator_learning_rate: 1e-4,
            discriminator_learning_rate: 4e-4,
        }
    }

    /// Validates the values.
    ///
    /// # Errors
    /// One is out of bounds; the message names the key.
    pub fn check(&self) -> Result<()> {
        self.nets.check()?;
        ensure!((1..=4096).contains(&self.z_dim), "gan.z_dim must lie between 1 and 4096, not {}", self.z_dim);
        ensure_positive("gan.generator_learning_rate", self.generator_learning_rate)?;
        ensure_positive("gan.discriminator_learning_rate", self.discriminator_learning_rate)
    }
}

/// The nets and their training.
#[derive(Debug)]
pub struct Sagan {
    /// All weights: of `generator` and `discriminator`.
    pub variables: VarStore,
    /// The generator. Its conditions are classes, one-hot.
    pub generator: ResidualGenerator,
    /// The discriminator.
    pub discriminator: ResidualDiscriminator,
    /// Number of classes.
    pub classes: i64,
    image_channels: i64,
    config: SaganConfig,
}

/// The optimizers of the two nets.
#[derive(Debug)]
pub struct Optimizers {
    /// The discriminator's.
    pub discriminator: Optimizer,
    /// The generator's.
    pub generator: Optimizer,
}

impl Optimizers {
    /// Optimizers of the nets `discriminator` and `generator` of a store.
    pub fn new(variables: &VarStore, discriminator: Adam, generator: Adam) -> Optimizers {
        let optimizer = |net: &str, adam: Adam| Optimizer::new(trainable_below(variables, net), adam);
        Optimizers {
            discriminator: optimizer("discriminator", discriminator),
            generator: optimizer("generator", generator),
        }
    }

    /// The state that a checkpoint saves.
    pub fn state(&self, variables: &VarStore) -> TrainState {
        let state = TrainState::new(variables).optimizer("discriminator", &self.discriminator);
        state.optimizer("generator", &self.generator)
    }
}

/// Losses of a step of the discriminator.
#[derive(Debug)]
pub struct DiscriminatorLosses {
    /// The sum of both.
    pub loss: Tensor,
    /// On real images.
    pub loss_real: Tensor,
    /// On generated images.
    pub loss_fake: Tensor,
}

/// The hinge loss of a discriminator for real and generated images with their classes (equation 4 of the paper):
/// L = E[max(0, 1 - D(x, y))] + E[max(0, 1 + D(G(z), y))].
///
/// Both kinds pass the net together, so that spectral normalization makes one step.
pub fn hinge_losses(
    discriminator: &ResidualDiscriminator,
    [real, fakes]: [&Tensor; 2],
    [of_real, of_fakes]: [&Tensor; 2],
) -> DiscriminatorLosses {
    let (images, classes) = (Tensor::cat(&[real, fakes], 0), Tensor::cat(&[of_real, of_fakes], 0));
    let scores = discriminator.forward(&images, &classes, true);
    let n = real.size()[0];
    let (of_real, of_fakes) = (scores.narrow(0, 0, n), scores.narrow(0, n, fakes.size()[0]));
    let loss_real = (-of_real + 1.0).relu().mean(None);
    let loss_fake = (of_fakes + 1.0).relu().mean(None);
    DiscriminatorLosses { loss: &loss_real + &loss_fake, loss_real, loss_fake }
}

/// Generated images with what the generator attended to.
#[derive(Debug)]
pub struct Attended {
    /// `[n, side, side, channels]` in [0, 1].
    pub images: Tensor,
    /// `[n, queries, keys]`: places of the side with attention, row by row.
    pub weights: Option<Tensor>,
}

impl Sagan {
    /// Untrained nets for images of so many channels and classes.
    ///
    /// # Errors
    /// [`SaganConfig::check`] rejects the configuration.
    pub fn new(config: &SaganConfig, [image_channels, classes]: [i64; 2], device: Device) -> Result<Sagan> {
        config.check()?;
        let variables = VarStore::new(device);
        let (nets, start) = (&config.nets, Initializer::GlorotUniform);
        let sizes = [config.z_dim, classes, image_channels];
        let generator = ResidualGenerator::new(&(variables.root() / "generator"), nets, sizes, start)?;
        let path = variables.root() / "discriminator";
        let discriminator = ResidualDiscriminator::new(&path, nets, [image_channels, classes], start)?;
        Ok(Sagan { variables, generator, discriminator, classes, image_channels, config: config.clone() })
    }

    /// The optimizers: Adam with beta 0 and 0.9, and a rate for each net (section 5 of the paper). Create them after
    /// the nets' device and kind are settled.
    pub fn optimizers(&self) -> Optimizers {
        let adam = |rate| Adam { beta_1: 0.0, beta_2: 0.9, epsilon: 1e-8, ..Adam::new(rate) };
        let SaganConfig { discriminator_learning_rate, generator_learning_rate, .. } = self.config;
        Optimizers::new(&self.variables, adam(discriminator_learning_rate), adam(generator_learning_rate))
    }

    /// What the nets consist of.
    pub fn summaries(&self) -> [Summary; 2] {
        let z = Part::new("z", "InputLayer", [self.config.z_dim]);
        let parts = std::iter::once(z).chain(self.generator.parts(self.image_channels)).collect();
        [
            summary(&self.variables, "generator", parts),
            summary(&self.variables, "discriminator", self.discriminator.parts(self.image_channels)),
        ]
    }

    /// Points of latent space, `[n, z_dim]`.
    pub fn noise(&self, n: i64) -> Tensor {
        noise(n, self.config.z_dim, self.variables.device())
    }

    /// Random classes, int64 `[n]`.
    pub fn random_classes(&self, n: i64) -> Tensor {
        Tensor::randint(self.classes, [n], (Kind::Int64, self.variables.device()))
    }

    /// Images `[n, channels, side, side]` in [-1, 1] of latent points `[n, z_dim]` and classes, int64 `[n]`, with the
    /// attention weights.
    fn generate(&self, z: &Tensor, classes: &Tensor, train: bool) -> (Tensor, Option<Tensor>) {
        let one_hot = classes.one_hot(self.classes).to_kind(z.kind());
        let conditions: Vec<Tensor> = (0..self.generator.blocks()).map(|_| one_hot.shallow_clone()).collect();
        self.generator.forward(z, &conditions, train)
    }

    /// Images for figures, with the moving averages of batch normalization.
    pub fn attended(&self, z: &Tensor, classes: &Tensor) -> Attended {
        let _no_grad = tch::no_grad_guard();
        let (mut images, mut weights) = (vec![], vec![]);
        for (z, classes) in z.split(SHOWN_AT_ONCE, 0).iter().zip(classes.split(SHOWN_AT_ONCE, 0)) {
            let (some, seen) = self.generate(z, &classes, false);
            images.push(some * 0.5 + 0.5);
            weights.extend(seen);
        }
        let weights = (!weights.is_empty()).then(|| Tensor::cat(&weights, 0));
        Attended { images: nchw_to_nhwc(&Tensor::cat(&images, 0)), weights }
    }

    /// The images alone, `[n, side, side, channels]` in [0, 1].
    pub fn images(&self, z: &Tensor, classes: &Tensor) -> Tensor {
        self.attended(z, classes).images
    }

    /// One step of the discriminator on real images and generated ones, each `[images, classes]` or `[z, classes]`; see
    /// [`hinge_losses`].
    pub fn train_discriminator(
        &self,
        [real, of_real]: [&Tensor; 2],
        [z, of_fakes]: [&Tensor; 2],
        optimizer: &mut Optimizer,
    ) -> DiscriminatorLosses {
        let (fakes, _) = tch::no_grad(|| self.generate(z, of_fakes, true));
        let losses = hinge_losses(&self.discriminator, [real, &fakes], [of_real, of_fakes]);
        optimizer.minimize(&losses.loss);
        losses
    }

    /// One step of the generator: L = -E[D(G(z), y)].
    pub fn train_generator(&self, z: &Tensor, classes: &Tensor, optimizer: &mut Optimizer) -> Tensor {
        let (fakes, _) = self.generate(z, classes, true);
        let loss = -self.discriminator.forward(&fakes, classes, true).mean(None);
        optimizer.minimize(&loss);
        loss
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
        mut after: impl FnMut(&Sagan, u64) -> Result<()>,
    ) -> Result<()> {
        let n = batch_size;
        while let Some(step) = training.next()? {
            let (real, of_real) = images.batch(n, self.variables.device());
            let (z, of_fakes) = (self.noise(n), self.random_classes(n));
            let d = self.train_discriminator([&real, &of_real], [&z, &of_fakes], &mut optimizers.discriminator);
            let g_loss = self.train_generator(&self.noise(n), &self.random_classes(n), &mut optimizers.generator);
            let losses = [("d_loss_real", &d.loss_real), ("d_loss_fake", &d.loss_fake), ("g_loss", &g_loss)];
            training.record(n, &losses);
            after(self, step.number + 1)?;
        }
        Ok(())
    }
}
