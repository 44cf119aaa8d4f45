//! Shared by the three models: the two nets, their optimizers, and the iterations of training.

use anyhow::{Result, ensure};
use common::datasets::image_batches::{ImageBatches, ImageSource};
use common::keras::{
    self, BatchNormConfig, ConvConfig as Conv, Initializer, Model, Net, Optimizer, Shape, Units, nchw_to_nhwc,
};
use common::training::{FitConfig, Plan, RunFolder, TrainState, Training};
use serde::{Deserialize, Serialize};
use tch::nn::VarStore;
use tch::{Device, Kind, Tensor};

/// The kernel initializer of the chapter: N(0, 0.02).
const WEIGHT_INIT: Initializer = Initializer::Normal(0.02);

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
        let (rate, momentum) = (config.critic_dropout_rate, config.generator_batch_norm_momentum);
        ensure!((0.0..1.0).contains(&rate), "critic_dropout_rate must be at least 0 and below 1, not {rate}");
        ensure!(
            (0.0..1.0).contains(&momentum),
            "generator_batch_norm_momentum must be at least 0 and below 1, not {momentum}"
        );
        let variables = VarStore::new(device);

        // The critic (p. 131).
        let net = Net::new(&variables.root());
        let mut x = net.input(format!("{name}_input"), *input_dim);
        for (i, conv) in config.critic.iter().enumerate() {
            x = x
                .conv2d(format!("{name}_conv_{i}"), keras::Conv::from(*conv).kernel_initializer(WEIGHT_INIT))
                .activation(activation);
            if rate > 0.0 {
                x = x.dropout(rate);
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
        let batch_norm = BatchNormConfig::momentum(momentum);
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
                1 => x.conv2d_transpose(name, keras::Conv::from(*conv).kernel_initializer(WEIGHT_INIT)),
                factor => {
                    x.up_sampling2d(factor).conv2d(name, keras::Conv::from(*conv).kernel_initializer(WEIGHT_INIT))
                }
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

    /// All three, for `plot_model`.
    pub fn models(&self) -> [&Model; 3] {
        [&self.critic, &self.generator, &self.model]
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

/// A callback after each iteration, before the checkpoint, with the iteration's number (from 1). A resumed run may
/// repeat some iterations.
pub type After<'a> = Box<dyn FnMut(&Networks, u64) -> Result<()> + 'a>;

/// The iterations of a training run, with batches and optimizers, for the `train` methods of all three models.
pub struct Iterations<'a> {
    /// The training run.
    pub training: Training,
    /// The optimizers.
    pub optimizers: Optimizers,
    /// The callback after each iteration.
    pub after: After<'a>,
    x_train: ImageBatches,
}

impl<'a> Iterations<'a> {
    /// Starts or resumes `fit.epochs` iterations, with `batches` batches of real images in each.
    ///
    /// # Errors
    /// As [`Training::start`].
    pub fn start(
        networks: &Networks,
        optimizers: Optimizers,
        real: &ImageSource,
        batches: u64,
        fit: FitConfig,
        (run, seed): (&RunFolder, u64),
        after: After<'a>,
    ) -> Result<Iterations<'a>> {
        // An epoch is one iteration.
        let plan = Plan { epochs: fit.epochs, batches: 1, seed };
        let training = Training::start(run, plan, optimizers.state(networks))?;
        let first = training.steps_done() * batches;
        let x_train = real.endless(fit.batch_size, seed, first, networks.variables.device());
        Ok(Iterations { training, optimizers, after, x_train })
    }

    /// The next batch of real images `[n, channels, height, width]` in [-1, 1].
    ///
    /// # Errors
    /// An image cannot be read.
    pub fn true_imgs(&mut self) -> Result<Tensor> {
        Ok(self.x_train.next()? * 2.0 - 1.0)
    }
}
