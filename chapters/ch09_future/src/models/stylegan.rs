//! StyleGAN, whose generator sets the style of each layer (p. 335).
//!
//! Karras, Laine and Aila, "A Style-Based Generator Architecture for Generative Adversarial Networks", 2019: its
//! configuration F, which grows as ProGAN does.

use super::equalized::{mirrored, noise};
use super::growing::{Course, GrowingOptimizer, Growth, Optimizers, Schedule, check_channels};
use super::growing_discriminator::Discriminator;
use super::moving_average::MovingAverage;
use super::net_summary::summary;
use super::style_generator::{Generator, layers, mixed_styles, one_style};
use super::styles::Noise;
use anyhow::{Result, ensure};
use common::datasets::image_batches::ImageBatches;
use common::keras::{Summary, nchw_to_nhwc};
use common::training::{Training, ensure_positive};
use serde::{Deserialize, Serialize};
use tch::nn::VarStore;
use tch::{Device, Kind, Tensor};

/// Images that are generated at a time for figures.
const SHOWN_AT_ONCE: i64 = 64;

/// Hyper-parameters of StyleGAN.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StyleGanConfig {
    /// Channels of both nets at 4 x 4, 8 x 8, and so on up to the side of the images.
    pub channels: Vec<i64>,
    /// Doublings of 4 x 4 with which training begins.
    pub first_level: usize,
    /// Dimensions of latent space.
    pub z_dim: i64,
    /// Dimensions of the space of styles.
    pub w_dim: i64,
    /// Layers of the mapping network.
    pub mapping_layers: usize,
    /// Learning rate of the mapping network, as a factor of that of the others.
    pub mapping_learning_rate: f64,
    /// Share of batches whose images mix the styles of two latent points.
    pub mixing: f64,
    /// Weight γ of the penalty R1.
    pub r1_gamma: f64,
    /// Iterations from one penalty to the next; it is multiplied by this number. 1 in the paper; a larger number saves
    /// time.
    pub r1_every: u64,
    /// Adam's learning rate for both nets.
    pub learning_rate: f64,
    /// Decay of the moving average of the generator's weights.
    pub average_decay: f64,
    /// When the nets grow.
    pub schedule: Schedule,
}

impl StyleGanConfig {
    /// The paper's for images of 64 x 64 pixels: the first five levels of its nets.
    pub fn paper() -> StyleGanConfig {
        StyleGanConfig {
            channels: vec![512, 512, 512, 512, 256],
            first_level: 1,
            z_dim: 512,
            w_dim: 512,
            mapping_layers: 8,
            mapping_learning_rate: 0.01,
            mixing: 0.9,
            r1_gamma: 10.0,
            r1_every: 1,
            learning_rate: 1e-3,
            average_decay: 0.999,
            schedule: Schedule { stable_images: 600_000, fade_images: 600_000 },
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
        ensure!(self.first_level <= self.last_level(), "gan.first_level must be at most {}", self.last_level());
        for (name, value) in [("z_dim", self.z_dim), ("w_dim", self.w_dim)] {
            ensure!((1..=4096).contains(&value), "gan.{name} must lie between 1 and 4096, not {value}");
        }
        ensure!((1..=64).contains(&self.mapping_layers), "gan.mapping_layers must lie between 1 and 64");
        ensure!((0.0..=1.0).contains(&self.mixing), "gan.mixing must lie between 0 and 1, not {}", self.mixing);
        ensure!(self.r1_gamma.is_finite() && self.r1_gamma >= 0.0, "gan.r1_gamma must be 0 or more");
        ensure!((1..=1000).contains(&self.r1_every), "gan.r1_every must lie between 1 and 1000");
        ensure_positive("gan.mapping_learning_rate", self.mapping_learning_rate)?;
        ensure_positive("gan.learning_rate", self.learning_rate)?;
        ensure!((0.0..1.0).contains(&self.average_decay), "gan.average_decay must be at least 0 and below 1");
        self.schedule.check()
    }
}

/// The nets, their training, and the average generator.
#[derive(Debug)]
pub struct StyleGan {
    /// All weights: of `generator`, `discriminator` and `average`.
    pub variables: VarStore,
    /// The generator that is trained.
    pub generator: Generator,
    /// The discriminator.
    pub discriminator: Discriminator,
    /// The generator with averaged weights, which makes the images.
    pub average: Generator,
    moving_average: MovingAverage,
    config: StyleGanConfig,
}

/// Losses of a step of the discriminator.
#[derive(Debug)]
pub struct DiscriminatorLosses {
    /// The sum, with the penalty where it was due.
    pub loss: Tensor,
    /// On real images.
    pub loss_real: Tensor,
    /// On generated images.
    pub loss_fake: Tensor,
    /// R1 = E[‖∇D(x)‖²] times the iterations from one penalty to the next where it was due, and 0 elsewhere: its mean
    /// over iterations is that of R1.
    pub r1: Tensor,
}

impl StyleGan {
    /// Untrained nets.
    ///
    /// # Errors
    /// [`StyleGanConfig::check`] rejects the configuration.
    pub fn new(config: &StyleGanConfig, device: Device) -> Result<StyleGan> {
        config.check()?;
        let variables = VarStore::new(device);
        let net = |name: &str| Generator::new(&(variables.root() / name), config);
        let (generator, average) = (net("generator")?, net("average")?);
        let discriminator = Discriminator::new(&(variables.root() / "discriminator"), &config.channels, true)?;
        let moving_average = MovingAverage::new(&variables, "generator", "average")?;
        Ok(StyleGan { variables, generator, discriminator, average, moving_average, config: config.clone() })
    }

    /// The optimizers. Create them after the nets' device and kind are settled.
    pub fn optimizers(&self) -> Optimizers {
        Optimizers::new(&self.variables, self.config.learning_rate)
    }

    /// What the nets consist of.
    pub fn summaries(&self) -> [Summary; 2] {
        [
            summary(&self.variables, "generator", Generator::parts(&self.config)),
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
        Course {
            schedule,
            first: self.config.first_level,
            last: self.config.last_level(),
            batch: batch_size.max(1) as u64,
        }
    }

    /// w of the average generator, `[n, w_dim]`, with the truncation trick (appendix B): w' = w̄ + ψ (w - w̄), where
    /// `center` is [`StyleGan::mean_w`]. ψ = 1 changes nothing.
    pub fn w(&self, z: &Tensor, center: &Tensor, psi: f64) -> Tensor {
        tch::no_grad(|| center.lerp(&self.average.mapping.forward(z), psi))
    }

    /// w̄ = E[f(z)] of the average generator, `[1, w_dim]`, as a mean of 10,000 points.
    pub fn mean_w(&self) -> Tensor {
        tch::no_grad(|| self.average.mapping.forward(&self.noise(10_000)).mean_dim(0, true, None))
    }

    /// One set of noise for all layers of the grown generator, `[1, 1, side, side]` each.
    pub fn layer_noise(&self) -> Vec<Tensor> {
        let layer = |layer: usize| {
            let side = Growth::full(layer / 2).side();
            Tensor::randn([1, 1, side, side], (Kind::Float, self.variables.device()))
        };
        (0..layers(Growth::full(self.config.last_level()))).map(layer).collect()
    }

    /// Images of the average generator for figures, `[n, side, side, 3]` in [0, 1], of the styles `[n, w_dim]` of each
    /// layer. They have the full side; smaller ones are enlarged pixel by pixel.
    pub fn images(&self, styles: &[Tensor], growth: Growth, noise: Noise) -> Tensor {
        let _no_grad = tch::no_grad_guard();
        let n = styles[0].size()[0];
        let some = |first: i64| {
            let count = SHOWN_AT_ONCE.min(n - first);
            let styles: Vec<Tensor> = styles.iter().map(|w| w.narrow(0, first, count)).collect();
            growth.enlarged(&self.average.synthesize(&styles, growth, noise), self.config.last_level())
        };
        let images: Vec<Tensor> = (0..n).step_by(SHOWN_AT_ONCE as usize).map(some).collect();
        nchw_to_nhwc(&(Tensor::cat(&images, 0) * 0.5 + 0.5).clamp(0.0, 1.0))
    }

    /// Images for training, with mixing regularization (section 3.1): see [`Source`].
    fn generate(&self, Source { z, crossover, noise }: &Source, growth: Growth) -> Tensor {
        let w = self.generator.mapping.forward(&z[0]);
        let styles = match crossover {
            None => one_style(&w, growth),
            Some(layer) => mixed_styles(&w, &self.generator.mapping.forward(&z[1]), *layer..layers(growth), growth),
        };
        self.generator.synthesize(&styles, growth, *noise)
    }

    /// One step of the discriminator on real images `[n, 3, side, side]` and generated ones. `penalizes` adds R1.
    pub fn train_discriminator(
        &self,
        real: &Tensor,
        source: &Source,
        growth: Growth,
        penalizes: bool,
        optimizer: &mut GrowingOptimizer,
    ) -> DiscriminatorLosses {
        let fakes = tch::no_grad(|| self.generate(source, growth));
        // L = E[softplus(D(G(z)))] + E[softplus(-D(x))] + γ/2 E[‖∇D(x)‖²]: the non-saturating loss (Goodfellow et al.,
        // 2014) with R1 (Mescheder et al., "Which Training Methods for GANs do actually Converge?", 2018)
        let real = real.detach().set_requires_grad(penalizes);
        let scores = self.discriminator.forward(&real, growth);
        let loss_real = (-&scores).softplus().mean(None);
        let loss_fake = self.discriminator.forward(&fakes, growth).softplus().mean(None);
        let r1 = if penalizes {
            let gradient = Tensor::run_backward(&[scores.sum(None)], &[&real], true, true).remove(0);
            let axes = [1i64, 2, 3];
            gradient.square().sum_dim_intlist(axes.as_slice(), false, None).mean(None) * self.config.r1_every as f64
        } else {
            loss_real.zeros_like()
        };
        let loss = &loss_real + &loss_fake + &r1 * (self.config.r1_gamma / 2.0);
        optimizer.minimize(&loss);
        DiscriminatorLosses { loss, loss_real, loss_fake, r1 }
    }

    /// One step of the generator: L = E[softplus(-D(G(z)))]. Moves the average, too.
    pub fn train_generator(&self, source: &Source, growth: Growth, optimizer: &mut GrowingOptimizer) -> Tensor {
        let fakes = self.generate(source, growth);
        let loss = (-self.discriminator.forward(&fakes, growth)).softplus().mean(None);
        optimizer.minimize(&loss);
        self.moving_average.update(self.config.average_decay);
        loss
    }

    /// What `n` images of a training step are generated from, drawn at random.
    fn source(&self, n: i64, growth: Growth) -> Result<Source<'static>> {
        let draws = Vec::<f64>::try_from(Tensor::rand([2], (Kind::Double, Device::Cpu)))?;
        let mixes = draws[0] < self.config.mixing;
        let crossover = mixes.then(|| 1 + (draws[1] * (layers(growth) - 1) as f64) as usize);
        Ok(Source { z: [self.noise(n), self.noise(n)], crossover, noise: Noise::Random })
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
        mut after: impl FnMut(&StyleGan, u64) -> Result<()>,
    ) -> Result<()> {
        while let Some(step) = training.next()? {
            let real = mirrored(&batches.next()?) * 2.0 - 1.0;
            let n = real.size()[0];
            let course = self.course(n);
            if course.turns(step.number) {
                optimizers.reset();
            }
            let growth = course.at(step.number);
            let (real, penalizes) =
                (growth.of_real(&real, course.last), step.number.is_multiple_of(self.config.r1_every));
            let source = self.source(n, growth)?;
            let d = self.train_discriminator(&real, &source, growth, penalizes, &mut optimizers.discriminator);
            let g_loss = self.train_generator(&self.source(n, growth)?, growth, &mut optimizers.generator);
            training.record(
                n,
                &[("d_loss_real", &d.loss_real), ("d_loss_fake", &d.loss_fake), ("r1", &d.r1), ("g_loss", &g_loss)],
            );
            after(self, step.number + 1)?;
        }
        Ok(())
    }
}

/// What the images of a training step are generated from.
#[derive(Debug)]
pub struct Source<'a> {
    /// Two sets of latent points, `[n, z_dim]` each.
    pub z: [Tensor; 2],
    /// The layer from which on the second set makes the styles, if it does.
    pub crossover: Option<usize>,
    /// The noise of the layers.
    pub noise: Noise<'a>,
}
