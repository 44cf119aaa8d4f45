//! What the chapter's three models have in common: two nets, made from the same few numbers.

use anyhow::{Result, ensure};
use common::keras::init::Kernel;
use common::keras::{self, BatchNormConfig, Padding, Sequential, SequentialBuilder};
use serde::{Deserialize, Serialize};
use tch::nn;

/// How every kernel of the chapter starts: N(0, 0.02).
const WEIGHT_INIT: Kernel = Kernel::Normal(0.02);

/// One convolution; padding is always `same`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Conv {
    /// Output channels.
    pub filters: i64,
    /// Side of the kernel, in pixels.
    pub kernel: i64,
    /// Step of the kernel, in pixels.
    pub stride: i64,
}

/// What follows the convolutions.
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
    /// Share of the values dropped after each of them.
    pub critic_dropout_rate: f64,
    /// Height, width and channels that the generator starts with.
    pub generator_initial_dense_layer_size: [i64; 3],
    /// Convolutions of the generator; transposed ones where nothing is enlarged before them.
    pub generator: Vec<Conv>,
    /// Enlargement before each of these; 1 is none.
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

    /// Validates the sizes.
    pub fn check(&self) -> Result<()> {
        let convs = self.critic.iter().chain(&self.generator);
        let sizes = convs.flat_map(|conv| [conv.filters, conv.kernel, conv.stride]);
        let sizes = sizes.chain(self.input_dim).chain(self.generator_initial_dense_layer_size).chain([self.z_dim]);
        ensure!(
            sizes.chain(self.generator_upsample.iter().copied()).all(|n| (1..=4096).contains(&n)),
            "the nets' sizes must lie between 1 and 4096"
        );
        ensure!((0.0..1.0).contains(&self.critic_dropout_rate), "critic_dropout_rate must lie from 0 to below 1");
        let momentum = self.generator_batch_norm_momentum;
        ensure!((0.0..1.0).contains(&momentum), "generator_batch_norm_momentum must lie from 0 to below 1");
        ensure!(
            self.generator_upsample.len() == self.generator.len(),
            "generator_upsample has {} entries for {} convolutions",
            self.generator_upsample.len(),
            self.generator.len()
        );
        let mut layers = self.generator.iter().zip(&self.generator_upsample);
        ensure!(
            layers.all(|(conv, &factor)| factor == 1 || conv.stride == 1),
            "generator: a convolution behind an enlargement has stride 1"
        );

        let (mut image, mut parameters) = (self.input_dim, 0);
        for conv in &self.critic {
            let size = |n| Padding::Same.conv_output(n, conv.kernel, conv.stride);
            parameters += conv.kernel * conv.kernel * image[2] * conv.filters;
            image = [size(image[0]), size(image[1]), conv.filters];
        }
        parameters += image.iter().product::<i64>();
        image = self.generator_initial_dense_layer_size;
        parameters += image.iter().product::<i64>() * self.z_dim;
        for (conv, upsample) in self.generator.iter().zip(&self.generator_upsample) {
            parameters += conv.kernel * conv.kernel * image[2] * conv.filters;
            let factor = upsample * conv.stride;
            image = [image[0] * factor, image[1] * factor, conv.filters];
            ensure!(image[0] <= 4096 && image[1] <= 4096, "the generator's images grow over 4096 pixels");
        }
        ensure!(parameters <= 200_000_000, "the nets would have over 200 million parameters");
        ensure!(image == self.input_dim, "the generator makes images of {image:?}, not {:?}", self.input_dim);
        Ok(())
    }
}

/// Convolutions by filters and strides. Every kernel of the chapter is 5 x 5.
fn convs(filters_and_strides: [(i64, i64); 4]) -> Vec<Conv> {
    filters_and_strides.map(|(filters, stride)| Conv { filters, kernel: 5, stride }).to_vec()
}

/// Image -> one number (p. 131): how real it looks. The name begins the names of its layers.
pub fn critic<'a>(path: &nn::Path<'a>, name: &str, config: &NetConfig) -> SequentialBuilder<'a> {
    let mut net = Sequential::input(path, &config.input_dim).kernels_from(WEIGHT_INIT);
    for (i, conv) in config.critic.iter().enumerate() {
        net = net.conv2d(format!("{name}_conv_{i}"), conv.filters, conv.kernel, conv.stride);
        net = net.activation(config.activation.into());
        if config.critic_dropout_rate > 0.0 {
            net = net.dropout(config.critic_dropout_rate);
        }
    }
    net.flatten().dense(format!("{name}_dense"), 1)
}

/// Point in latent space -> image with values in [-1, 1] (p. 134).
pub fn generator(path: &nn::Path, config: &NetConfig) -> Sequential {
    let initial = &config.generator_initial_dense_layer_size;
    let batch_norm = BatchNormConfig { momentum: config.generator_batch_norm_momentum, ..BatchNormConfig::default() };
    let mut net = Sequential::input(path, &[config.z_dim])
        .kernels_from(WEIGHT_INIT)
        .dense("generator_dense", initial.iter().product())
        .batch_norm_with("generator_batch_norm_0", batch_norm)
        .activation(config.activation.into())
        .reshape(initial);
    for (i, (conv, &upsample)) in config.generator.iter().zip(&config.generator_upsample).enumerate() {
        let name = format!("generator_conv_{i}");
        net = match upsample {
            1 => net.conv2d_transpose(name, conv.filters, conv.kernel, conv.stride),
            factor => net.up_sampling2d(factor).conv2d(name, conv.filters, conv.kernel, 1),
        };
        net = if i + 1 < config.generator.len() {
            net.batch_norm_with(format!("generator_batch_norm_{}", i + 1), batch_norm)
                .activation(config.activation.into())
        } else {
            net.activation(keras::Activation::Tanh)
        };
    }
    net.build()
}
