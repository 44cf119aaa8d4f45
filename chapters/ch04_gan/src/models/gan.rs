//! The generative adversarial network (pp. 129-142): a discriminator learns to distinguish real images from generated
//! ones, a generator learns to deceive it.

use anyhow::{Result, ensure};
use common::datasets::image_batches::ImageBatches;
use common::keras::{self, BatchNormConfig, Initializer, Model, Net, Optimizer, Shape, Units, losses, nchw_to_nhwc};
use common::training::{Plan, RunFolder, TrainState, Training};
use serde::{Deserialize, Serialize};
use tch::nn::VarStore;
use tch::{Device, Kind, Tensor};

/// The kernel initializer of the chapter: N(0, 0.02).
const WEIGHT_INIT: Initializer = Initializer::Normal(0.02);

/// One convolution; padding is always `same`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Conv {
    /// Output channels.
    pub filters: i64,
    /// Side of the kernel, in pixels.
    pub kernel: i64,
    /// Stride, in pixels.
    pub stride: i64,
}

impl Conv {
    fn with_stride(self, stride: i64) -> keras::Conv<2> {
        keras::Conv::new(self.filters, self.kernel).strides(stride).kernel_initializer(WEIGHT_INIT)
    }
}

/// The activation after the convolutions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Activation {
    /// ReLU
    Relu,
    /// LeakyReLU of slope 0.2
    LeakyRelu,
}

impl From<Activation> for keras::Activation {
    fn from(activation: Activation) -> keras::Activation {
        match activation {
            Activation::Relu => keras::Activation::Relu,
            Activation::LeakyRelu => keras::Activation::LeakyRelu(0.2),
        }
    }
}

/// The book's arguments of `GAN`, `WGAN` and `WGANGP`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NetConfig {
    /// Height, width and channels of the images.
    pub input_dim: [i64; 3],
    /// Convolutions of the discriminator or critic.
    pub critic: Vec<Conv>,
    /// Dropout rate after each of them.
    pub critic_dropout_rate: f64,
    /// Height, width and channels after the generator's dense layer.
    pub generator_initial_dense_layer_size: [i64; 3],
    /// Convolutions of the generator; those without upsampling before them are transposed.
    pub generator: Vec<Conv>,
    /// Upsampling factor before each of these; 1 means none.
    pub generator_upsample: Vec<i64>,
    /// Momentum of the generator's batch normalization, in Keras' sense.
    pub generator_batch_norm_momentum: f64,
    /// Activation in both nets.
    pub activation: Activation,
    /// Dimensions of latent space.
    pub z_dim: i64,
}

impl NetConfig {
    /// The nets of the first GAN, for drawings (pp. 130-136).
    pub fn drawings() -> NetConfig {
        NetConfig {
            input_dim: [28, 28, 1],
            critic: convs([(64, 2), (64, 2), (128, 2), (128, 1)]),
            critic_dropout_rate: 0.4,
            generator_initial_dense_layer_size: [7, 7, 64],
            generator: convs([(128, 1), (64, 1), (64, 1), (1, 1)]),
            generator_upsample: vec![2, 2, 1, 1],
            generator_batch_norm_momentum: 0.9,
            activation: Activation::Relu,
            z_dim: 100,
        }
    }

    /// The nets of the Wasserstein GAN, for CIFAR-10 (p. 149).
    pub fn cifar() -> NetConfig {
        NetConfig {
            input_dim: [32, 32, 3],
            critic: convs([(32, 2), (64, 2), (128, 2), (128, 1)]),
            critic_dropout_rate: 0.0,
            generator_initial_dense_layer_size: [4, 4, 128],
            generator: convs([(128, 1), (64, 1), (32, 1), (3, 1)]),
            generator_upsample: vec![2, 2, 2, 1],
            generator_batch_norm_momentum: 0.8,
            activation: Activation::LeakyRelu,
            z_dim: 100,
        }
    }

    /// The nets of the WGAN-GP, for faces (p. 153).
    pub fn faces() -> NetConfig {
        NetConfig {
            input_dim: [64, 64, 3],
            critic: convs([(64, 2), (128, 2), (256, 2), (512, 2)]),
            critic_dropout_rate: 0.0,
            generator_initial_dense_layer_size: [4, 4, 512],
            generator: convs([(256, 2), (128, 2), (64, 2), (3, 2)]),
            generator_upsample: vec![1, 1, 1, 1],
            generator_batch_norm_momentum: 0.9,
            activation: Activation::LeakyRelu,
            z_dim: 100,
        }
    }
}

/// Convolutions by filters and strides. Every kernel of the chapter is 5 x 5.
fn convs(filters_and_strides: [(i64, i64); 4]) -> Vec<Conv> {
    filters_and_strides.map(|(filters, stride)| Conv { filters, kernel: 5, stride }).to_vec()
}

/// The two nets of a model of the chapter.
#[derive(Debug)]
pub struct Networks {
    /// All weights.
    pub variables: VarStore,
    /// Image -> score of how real it looks: the critic, or the discriminator of a GAN.
    pub critic: Model,
    /// Point in latent space -> image with values in [-1, 1].
    pub generator: Model,
    /// Generator and critic joined.
    pub model: Model,
}

impl Networks {
    /// Untrained nets; `name` is the book's name of the critic, `output` its last activation.
    ///
    /// # Errors
    /// The sizes do not fit, or the generator's images do not have the critic's input shape.
    pub fn new(name: &str, config: &NetConfig, output: Option<keras::Activation>, device: Device) -> Result<Networks> {
        let NetConfig { input_dim, generator_initial_dense_layer_size: initial, z_dim, .. } = config;
        let activation = keras::Activation::from(config.activation);
        let one = Units::new(1).kernel_initializer(WEIGHT_INIT);
        let variables = VarStore::new(device);

        // The critic (p. 131).
        let net = Net::new(&variables.root());
        let mut x = net.input(format!("{name}_input"), *input_dim);
        for (i, conv) in config.critic.iter().enumerate() {
            x = x.conv2d(format!("{name}_conv_{i}"), conv.with_stride(conv.stride)).activation(activation);
            if config.critic_dropout_rate > 0.0 {
                x = x.dropout(config.critic_dropout_rate);
            }
        }
        let one = output.map_or(one, |output| one.activation(output));
        let critic = x.flatten().dense(format!("{name}_dense"), one).model(name)?;

        // The generator (p. 134).
        ensure!(
            config.generator_upsample.len() == config.generator.len(),
            "generator_upsample has {} entries for {} convolutions",
            config.generator_upsample.len(),
            config.generator.len()
        );
        let batch_norm = BatchNormConfig::momentum(config.generator_batch_norm_momentum);
        let units = initial.iter().try_fold(1i64, |product, size| product.checked_mul(*size)).unwrap_or(i64::MAX);
        let net = Net::new(&variables.root());
        let mut x = net
            .input("generator_input", [*z_dim])
            .dense("generator_dense", Units::new(units).kernel_initializer(WEIGHT_INIT))
            .batch_norm_with("generator_batch_norm_0", batch_norm)
            .activation(activation)
            .reshape(initial);
        for (i, (conv, &upsample)) in config.generator.iter().zip(&config.generator_upsample).enumerate() {
            let name = format!("generator_conv_{i}");
            ensure!(upsample == 1 || conv.stride == 1, "{name}: a convolution after upsampling must have stride 1");
            x = match upsample {
                1 => x.conv2d_transpose(name, conv.with_stride(conv.stride)),
                factor => x.up_sampling2d(factor).conv2d(name, conv.with_stride(1)),
            };
            x = if i + 1 < config.generator.len() {
                x.batch_norm_with(format!("generator_batch_norm_{}", i + 1), batch_norm).activation(activation)
            } else {
                x.tanh()
            };
        }
        let generator = x.model("generator")?;
        let made = &generator.output_shapes()[0];
        ensure!(made == input_dim, "the generator makes images of {made}, not {}", Shape::from(*input_dim));

        let net = Net::new(&variables.root());
        let model = net.input("model_input", [*z_dim]).call(&generator).call(&critic).model("model")?;
        Ok(Networks { variables, critic, generator, model })
    }

    /// Points of N(0, I) in latent space, `[n, z]`.
    pub fn noise(&self, n: i64) -> Tensor {
        let z_dim = self.generator.input_shapes()[0].channels().unwrap_or(0);
        Tensor::randn([n, z_dim], (Kind::Float, self.variables.device()))
    }

    /// Latent points -> images `[n, channels, height, width]` in [-1, 1], in inference mode and without gradients, as
    /// in Keras' `predict`.
    pub fn predict(&self, noise: &Tensor) -> Tensor {
        tch::no_grad(|| self.generator.forward_t(noise, false))
    }

    /// The same for figures: `[n, height, width, channels]` in [0, 1], in batches of a hundred.
    pub fn images(&self, noise: &Tensor) -> Tensor {
        let images: Vec<Tensor> = noise.split(100, 0).iter().map(|z| self.predict(z) * 0.5 + 0.5).collect();
        nchw_to_nhwc(&Tensor::cat(&images, 0))
    }
}

/// The optimizers of the two nets. Each changes only its own net; Keras freezes the other one for that.
#[derive(Debug)]
pub struct Optimizers {
    /// The discriminator's or critic's.
    pub critic: Optimizer,
    /// The generator's.
    pub generator: Optimizer,
}

impl Optimizers {
    /// Optimizers with a rule for each net.
    pub fn new(networks: &Networks, critic: impl Into<keras::Rule>, generator: impl Into<keras::Rule>) -> Optimizers {
        Optimizers {
            critic: Optimizer::new(networks.critic.trainable(), critic),
            generator: Optimizer::new(networks.generator.trainable(), generator),
        }
    }

    /// The state that a checkpoint saves.
    pub fn state(&self, networks: &Networks) -> TrainState {
        TrainState::new(&networks.variables).optimizer("critic", &self.critic).optimizer("generator", &self.generator)
    }
}

/// Learning rates of a GAN's optimizers.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LearningRates {
    /// RMSprop's for the discriminator.
    pub discriminator: f64,
    /// RMSprop's for the generator.
    pub generator: f64,
}

/// A discriminator against a generator.
#[derive(Debug)]
pub struct Gan {
    /// The nets.
    pub networks: Networks,
    /// The discriminator without its final sigmoid.
    logits: Model,
    extra_generator_steps: u64,
}

/// Losses and accuracies of a step of the discriminator.
#[derive(Debug)]
pub struct DiscriminatorLosses {
    /// Mean of the next two values.
    pub loss: Tensor,
    /// On real images.
    pub loss_real: Tensor,
    /// On generated images.
    pub loss_fake: Tensor,
    /// Mean of the next two values.
    pub acc: Tensor,
    /// Share of real images classified as real.
    pub acc_real: Tensor,
    /// Share of generated images classified as generated.
    pub acc_fake: Tensor,
}

impl Gan {
    /// Untrained nets.
    ///
    /// # Errors
    /// As [`Networks::new`].
    pub fn new(config: &NetConfig, device: Device) -> Result<Gan> {
        let networks = Networks::new("discriminator", config, Some(keras::Activation::Sigmoid), device)?;
        let logits = networks.critic.logits()?;
        Ok(Gan { networks, logits, extra_generator_steps: 0 })
    }

    /// Sets the number of additional generator steps per discriminator step; 0 in the book.
    pub fn with_extra_generator_steps(self, extra_generator_steps: u64) -> Gan {
        Gan { extra_generator_steps, ..self }
    }

    /// One discriminator step on real images, one on generated images (p. 138).
    pub fn train_discriminator(
        &self,
        true_imgs: &Tensor,
        noise: &Tensor,
        optimizer: &mut Optimizer,
    ) -> DiscriminatorLosses {
        let gen_imgs = self.networks.predict(noise);
        let [loss_real, acc_real] = self.train_discriminator_on_batch(true_imgs, 1.0, optimizer);
        let [loss_fake, acc_fake] = self.train_discriminator_on_batch(&gen_imgs, 0.0, optimizer);
        let loss = (&loss_real + &loss_fake) * 0.5;
        let acc = (&acc_real + &acc_fake) * 0.5;
        DiscriminatorLosses { loss, loss_real, loss_fake, acc, acc_real, acc_fake }
    }

    /// One discriminator step towards the label `valid` (1) or `fake` (0): loss and accuracy.
    fn train_discriminator_on_batch(&self, imgs: &Tensor, says: f64, optimizer: &mut Optimizer) -> [Tensor; 2] {
        let logits = self.logits.forward_t(imgs, true);
        let labels = logits.full_like(says);
        let loss = losses::binary_crossentropy_from_logits(&labels, &logits);
        optimizer.minimize(&loss);
        [loss, losses::binary_accuracy(&labels, &logits.sigmoid())]
    }

    /// One generator step towards the discriminator's label `valid` (p. 138): loss and accuracy.
    pub fn train_generator(&self, noise: &Tensor, optimizer: &mut Optimizer) -> [Tensor; 2] {
        let gen_imgs = self.networks.generator.forward_t(noise, true);
        let logits = self.logits.forward_t(&gen_imgs, true);
        let valid = logits.ones_like();
        let loss = losses::binary_crossentropy_from_logits(&valid, &logits);
        optimizer.minimize(&loss);
        [loss, losses::binary_accuracy(&valid, &logits.sigmoid())]
    }

    /// Trains for `plan.epochs` iterations, which the book calls epochs. `after` is called after each iteration with
    /// its number (from 1), before the checkpoint; a resumed run may repeat some iterations.
    ///
    /// # Errors
    /// As [`Training::next`]; images cannot be read, or `after` fails.
    pub fn train(
        &self,
        optimizers: &mut Optimizers,
        x_train: impl FnOnce(u64) -> ImageBatches,
        plan: Plan,
        run: &RunFolder,
        mut after: impl FnMut(&Networks, u64) -> Result<()>,
    ) -> Result<()> {
        let mut training = Training::start(run, plan, optimizers.state(&self.networks))?;
        let mut x_train = x_train(training.steps_done());
        while let Some(step) = training.next()? {
            let true_imgs = x_train.next()? * 2.0 - 1.0;
            let n = true_imgs.size()[0];
            let d = self.train_discriminator(&true_imgs, &self.networks.noise(n), &mut optimizers.critic);
            let [mut g_loss, mut g_acc] = self.train_generator(&self.networks.noise(n), &mut optimizers.generator);
            for _ in 0..self.extra_generator_steps {
                [g_loss, g_acc] = self.train_generator(&self.networks.noise(n), &mut optimizers.generator);
            }
            let d_losses = [("d_loss", &d.loss), ("d_loss_real", &d.loss_real), ("d_loss_fake", &d.loss_fake)];
            let d_accs = [("d_acc", &d.acc), ("d_acc_real", &d.acc_real), ("d_acc_fake", &d.acc_fake)];
            training.record(1, &[&d_losses[..], &d_accs, &[("g_loss", &g_loss), ("g_acc", &g_acc)]].concat());
            after(&self.networks, step.number + 1)?;
        }
        Ok(())
    }
}
