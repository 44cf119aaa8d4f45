//! ProGAN, a GAN that grows with its images (p. 329).
//!
//! Karras, Aila, Laine and Lehtinen, "Progressive Growing of GANs for Improved Quality, Stability, and Variation",
//! 2018. The nets are those of its table 2, with the number of channels in the configuration.

use super::equalized::{EqualConv, EqualDense, RELU_GAIN, leaky_relu, mirrored, noise, pixel_norm, upsample};
use super::growing::{Course, GrowingOptimizer, Growth, Optimizers, Schedule, check_channels};
use super::growing_discriminator::Discriminator;
use super::moving_average::MovingAverage;
use super::net_summary::{Part, summary};
use anyhow::{Result, ensure};
use common::datasets::image_batches::ImageBatches;
use common::keras::{Summary, input_gradient, losses, nchw_to_nhwc, precision};
use common::training::{Training, ensure_positive};
use serde::{Deserialize, Serialize};
use tch::nn::VarStore;
use tch::{Device, Kind, Tensor, nn};

/// Images that are generated at a time for figures.
const SHOWN_AT_ONCE: i64 = 64;

/// Hyper-parameters of ProGAN.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProGanConfig {
    /// Channels of both nets at 4 x 4, 8 x 8, and so on up to the side of the images.
    pub channels: Vec<i64>,
    /// Dimensions of latent space.
    pub z_dim: i64,
    /// Weight of the gradient penalty.
    pub grad_weight: f64,
    /// Weight of the drift: the square of the scores of real images.
    pub drift: f64,
    /// Adam's learning rate for both nets.
    pub learning_rate: f64,
    /// Decay of the moving average of the generator's weights.
    pub average_decay: f64,
    /// When the nets grow.
    pub schedule: Schedule,
}

impl ProGanConfig {
    /// The paper's for images of 64 x 64 pixels: the first five levels of its nets.
    pub fn paper() -> ProGanConfig {
        ProGanConfig {
            channels: vec![512, 512, 512, 512, 256],
            z_dim: 512,
            grad_weight: 10.0,
            drift: 1e-3,
            learning_rate: 1e-3,
            average_decay: 0.999,
            schedule: Schedule { stable_images: 800_000, fade_images: 800_000 },
        }
    }

    /// The last level to which the nets grow.
    pub fn last_level(&self) -> usize {
        self.channels.len() - 1
    }

    /// Pixels along each side of an image when the nets have grown.
    pub fn side(&self) -> i64 {
        Growth::full(self.last_level()).side()
    }

    /// Validates the values.
    ///
    /// # Errors
    /// One is out of bounds; the message names the key.
    pub fn check(&self) -> Result<()> {
        check_channels("gan.channels", &self.channels)?;
        ensure!((1..=4096).contains(&self.z_dim), "gan.z_dim must lie between 1 and 4096, not {}", self.z_dim);
        for (name, weight) in [("grad_weight", self.grad_weight), ("drift", self.drift)] {
            ensure!(weight.is_finite() && weight >= 0.0, "gan.{name} must be 0 or more");
        }
        ensure_positive("gan.learning_rate", self.learning_rate)?;
        ensure!((0.0..1.0).contains(&self.average_decay), "gan.average_decay must be at least 0 and below 1");
        self.schedule.check()
    }
}

/// Latent point `[z_dim]` -> image `[3, side, side]`, about in [-1, 1] (no activation bounds it).
#[derive(Debug)]
pub struct Generator {
    start: EqualDense,
    start_conv: EqualConv,
    /// Two convolutions of a level, from level 1 on.
    blocks: Vec<[EqualConv; 2]>,
    /// Features to image, by level.
    to_rgb: Vec<EqualConv>,
    channels: Vec<i64>,
    z_dim: i64,
}

impl Generator {
    /// An untrained net.
    ///
    /// # Errors
    /// Sizes are out of bounds.
    pub fn new(path: &nn::Path, channels: &[i64], z_dim: i64) -> Result<Generator> {
        let blocks = { channels.windows(2).enumerate() }.map(|(i, pair)| -> Result<[EqualConv; 2]> {
            let name = format!("block_{}", Growth::full(i + 1).side());
            Ok([
                EqualConv::new(&(path / &name / "conv_0"), [pair[0], pair[1]], 3, RELU_GAIN)?,
                EqualConv::new(&(path / &name / "conv_1"), [pair[1], pair[1]], 3, RELU_GAIN)?,
            ])
        });
        let to_rgb = { channels.iter().enumerate() }.map(|(level, &channels)| {
            EqualConv::new(&(path / format!("to_rgb_{}", Growth::full(level).side())), [channels, 3], 1, 1.0)
        });
        let first = channels[0];
        Ok(Generator {
            // The authors' code divides this layer's gain by 4.
            start: EqualDense::new(&(path / "block_4" / "dense"), [z_dim, 16 * first], RELU_GAIN / 4.0)?,
            start_conv: EqualConv::new(&(path / "block_4" / "conv"), [first, first], 3, RELU_GAIN)?,
            blocks: blocks.collect::<Result<_>>()?,
            to_rgb: to_rgb.collect::<Result<_>>()?,
            channels: channels.to_vec(),
            z_dim,
        })
    }

    /// Images `[n, 3, side, side]` of latent points `[n, z_dim]`, of the side to which the net has grown.
    pub fn forward(&self, z: &Tensor, growth: Growth) -> Tensor {
        let first = self.channels[0];
        let x = self.start.forward(&pixel_norm(z));
        // [n, 16 c] -> [n, c, 4, 4], channels fastest: the order of the memory
        let x = x.reshape([z.size()[0], 4, 4, first]).permute([0, 3, 1, 2]);
        let x = pixel_norm(&leaky_relu(&x));
        let mut x = pixel_norm(&leaky_relu(&self.start_conv.forward(&x)));
        let mut smaller = None;
        for convs in &self.blocks[..growth.level] {
            smaller = Some(x.shallow_clone());
            x = convs.iter().fold(upsample(&x), |x, conv| pixel_norm(&leaky_relu(&conv.forward(&x))));
        }
        let image = |level: usize, x: &Tensor| precision::full(&self.to_rgb[level].forward(x));
        let images = image(growth.level, &x);
        match smaller {
            Some(smaller) if growth.fades() => upsample(&image(growth.level - 1, &smaller)).lerp(&images, growth.alpha),
            _ => images,
        }
    }

    /// Its parts in the order in which a latent point passes them.
    pub fn parts(&self) -> Vec<Part> {
        let mut parts = vec![Part::new("z", "InputLayer", [self.z_dim])];
        for (level, &channels) in self.channels.iter().enumerate() {
            let side = Growth::full(level).side();
            parts.push(Part::new(format!("block_{side}"), "GeneratorBlock", [side, side, channels]));
        }
        for level in 0..self.channels.len() {
            let side = Growth::full(level).side();
            parts.push(Part::new(format!("to_rgb_{side}"), "ToRGB", [side, side, 3]));
        }
        parts
    }
}

/// The nets, their training, and the average generator.
#[derive(Debug)]
pub struct ProGan {
    /// All weights: of `generator`, `discriminator` and `average`.
    pub variables: VarStore,
    /// The generator that is trained.
    pub generator: Generator,
    /// The discriminator.
    pub discriminator: Discriminator,
    /// The generator with averaged weights, which makes the images.
    pub average: Generator,
    moving_average: MovingAverage,
    config: ProGanConfig,
}

/// Losses of a step of the discriminator.
#[derive(Debug)]
pub struct DiscriminatorLosses {
    /// The weighted sum.
    pub loss: Tensor,
    /// On real images: minus their mean score.
    pub loss_real: Tensor,
    /// On generated images: their mean score.
    pub loss_fake: Tensor,
    /// The gradient penalty, without its weight.
    pub gradient_penalty: Tensor,
}

impl ProGan {
    /// Untrained nets.
    ///
    /// # Errors
    /// [`ProGanConfig::check`] rejects the configuration.
    pub fn new(config: &ProGanConfig, device: Device) -> Result<ProGan> {
        config.check()?;
        let variables = VarStore::new(device);
        let net = |name: &str| Generator::new(&(variables.root() / name), &config.channels, config.z_dim);
        let (generator, average) = (net("generator")?, net("average")?);
        let discriminator = Discriminator::new(&(variables.root() / "discriminator"), &config.channels, false)?;
        let moving_average = MovingAverage::new(&variables, "generator", "average")?;
        Ok(ProGan { variables, generator, discriminator, average, moving_average, config: config.clone() })
    }

    /// The optimizers. Create them after the nets' device and kind are settled.
    pub fn optimizers(&self) -> Optimizers {
        Optimizers::new(&self.variables, self.config.learning_rate)
    }

    /// What the nets consist of.
    pub fn summaries(&self) -> [Summary; 2] {
        [
            summary(&self.variables, "generator", self.generator.parts()),
            summary(&self.variables, "discriminator", self.discriminator.parts()),
        ]
    }

    /// Points of latent space, `[n, z_dim]`.
    pub fn noise(&self, n: i64) -> Tensor {
        noise(n, self.config.z_dim, self.variables.device())
    }

    /// How the nets grow with batches of this size.
    pub fn course(&self, batch_size: i64) -> Course {
        let schedule = self.config.schedule;
        Course { schedule, first: 0, last: self.config.last_level(), batch: batch_size.max(1) as u64 }
    }

    /// Images of the average generator for figures, `[n, side, side, 3]` in [0, 1]. They have the full side; smaller
    /// ones are enlarged pixel by pixel.
    pub fn images(&self, z: &Tensor, growth: Growth) -> Tensor {
        let _no_grad = tch::no_grad_guard();
        let images: Vec<Tensor> = { z.split(SHOWN_AT_ONCE, 0).into_iter() }
            .map(|z| growth.enlarged(&self.average.forward(&z, growth), self.config.last_level()))
            .collect();
        nchw_to_nhwc(&(Tensor::cat(&images, 0) * 0.5 + 0.5).clamp(0.0, 1.0))
    }

    /// One step of the discriminator on real images `[n, 3, side, side]`, images generated from `z`, and their
    /// interpolations with weights `between`, `[n, 1, 1, 1]`.
    pub fn train_discriminator(
        &self,
        real: &Tensor,
        z: &Tensor,
        between: &Tensor,
        growth: Growth,
        optimizer: &mut GrowingOptimizer,
    ) -> DiscriminatorLosses {
        let fakes = tch::no_grad(|| self.generator.forward(z, growth));
        let scores = self.discriminator.forward(real, growth);
        // L = E[D(x̃)] - E[D(x)] + λ E[(‖∇D(x̂)‖ - 1)²] + ε E[D(x)²], with x̂ between x and x̃ (sections 2 and A.1)
        let loss_real = -scores.mean(None);
        let loss_fake = self.discriminator.forward(&fakes, growth).mean(None);
        let mixed = fakes.lerp_tensor(real, between);
        let gradient_penalty =
            losses::gradient_penalty(&input_gradient(|images| self.discriminator.forward(images, growth), &mixed));
        let drift = scores.square().mean(None);
        let loss = &loss_real + &loss_fake + &gradient_penalty * self.config.grad_weight + drift * self.config.drift;
        optimizer.minimize(&loss);
        DiscriminatorLosses { loss, loss_real, loss_fake, gradient_penalty }
    }

    /// One step of the generator: L = -E[D(G(z))]. Moves the average, too.
    pub fn train_generator(&self, z: &Tensor, growth: Growth, optimizer: &mut GrowingOptimizer) -> Tensor {
        let fakes = self.generator.forward(z, growth);
        let loss = -self.discriminator.forward(&fakes, growth).mean(None);
        optimizer.minimize(&loss);
        self.moving_average.update(self.config.average_decay);
        loss
    }

    /// Trains while the nets grow; calls `after` at the end of each iteration, with its number (from 1).
    ///
    /// # Errors
    /// As [`Training::next`]; images cannot be read, or `after` fails.
    pub fn train(
        &self,
        training: &mut Training,
        batches: &mut ImageBatches,
        optimizers: &mut Optimizers,
        mut after: impl FnMut(&ProGan, u64) -> Result<()>,
    ) -> Result<()> {
        while let Some(step) = training.next()? {
            let real = mirrored(&batches.next()?) * 2.0 - 1.0;
            let n = real.size()[0];
            let course = self.course(n);
            if course.turns(step.number) {
                optimizers.reset();
            }
            let growth = course.at(step.number);
            let between = Tensor::rand([n, 1, 1, 1], (Kind::Float, real.device()));
            let real = growth.of_real(&real, course.last);
            let d = self.train_discriminator(&real, &self.noise(n), &between, growth, &mut optimizers.discriminator);
            let g_loss = self.train_generator(&self.noise(n), growth, &mut optimizers.generator);
            training.record(
                n,
                &[
                    ("d_loss", &d.loss),
                    ("d_loss_real", &d.loss_real),
                    ("d_loss_fake", &d.loss_fake),
                    ("gradient_penalty", &d.gradient_penalty),
                    ("g_loss", &g_loss),
                ],
            );
            after(self, step.number + 1)?;
        }
        Ok(())
    }
}
