//! What the autoencoder and the variational autoencoder share: a stack of convolutions and its mirror image.

use anyhow::{Result, ensure};
use common::keras::{Activation, Padding, Sequential, SequentialBuilder};
use serde::{Deserialize, Serialize};
use tch::nn;

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

/// The book's arguments of `Autoencoder` and `VariationalAutoencoder`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NetConfig {
    /// Height, width and channels of the images.
    pub input_dim: [i64; 3],
    /// Convolutions of the encoder.
    pub encoder: Vec<Conv>,
    /// Transposed convolutions of the decoder.
    pub decoder: Vec<Conv>,
    /// Dimensions of latent space.
    pub z_dim: i64,
    /// Whether batch normalization follows each convolution but the decoder's last.
    pub use_batch_norm: bool,
    /// Whether a quarter of the values is dropped after each convolution but the decoder's last.
    pub use_dropout: bool,
}

impl NetConfig {
    /// The net for digits (pp. 94-97): 28 × 28 × 1 to a point in the plane, and back.
    pub fn digits() -> NetConfig {
        let conv = |filters, stride| Conv { filters, kernel: 3, stride };
        NetConfig {
            input_dim: [28, 28, 1],
            encoder: vec![conv(32, 1), conv(64, 2), conv(64, 2), conv(64, 1)],
            decoder: vec![conv(64, 1), conv(64, 2), conv(32, 2), conv(1, 1)],
            z_dim: 2,
            use_batch_norm: false,
            use_dropout: false,
        }
    }

    /// The net for faces (p. 116): 128 × 128 × 3 to 200 numbers, and back.
    pub fn faces() -> NetConfig {
        let conv = |filters| Conv { filters, kernel: 3, stride: 2 };
        NetConfig {
            input_dim: [128, 128, 3],
            encoder: [32, 64, 64, 64].map(conv).to_vec(),
            decoder: [64, 64, 32, 3].map(conv).to_vec(),
            z_dim: 200,
            use_batch_norm: true,
            use_dropout: true,
        }
    }

    /// Validates the sizes.
    pub fn check(&self) -> Result<()> {
        let sizes = [self.z_dim].into_iter().chain(self.input_dim);
        let convs = self.encoder.iter().chain(&self.decoder).flat_map(|conv| [conv.filters, conv.kernel, conv.stride]);
        ensure!(sizes.chain(convs).all(|n| (1..=4096).contains(&n)), "the net's sizes must lie between 1 and 4096");
        let (mut image, mut parameters) = (self.input_dim, 0);
        for conv in &self.encoder {
            let size = |n| Padding::Same.conv_output(n, conv.kernel, conv.stride);
            parameters += conv.kernel * conv.kernel * image[2] * conv.filters;
            image = [size(image[0]), size(image[1]), conv.filters];
        }
        // Two heads at most, and the decoder's dense layer.
        parameters += 3 * image.iter().product::<i64>() * self.z_dim;
        for conv in &self.decoder {
            parameters += conv.kernel * conv.kernel * image[2] * conv.filters;
            image = [image[0] * conv.stride, image[1] * conv.stride, conv.filters];
            ensure!(image[0] <= 4096 && image[1] <= 4096, "the decoder's images grow over 4096 pixels");
        }
        ensure!(parameters <= 100_000_000, "the net would have over 100 million parameters");
        ensure!(image == self.input_dim, "the decoder makes images of {image:?}, not {:?}", self.input_dim);
        Ok(())
    }
}

/// What follows a convolution first. The book's two models differ in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// Convolution, LeakyReLU, batch normalization, dropout: the autoencoder's.
    ActivationFirst,
    /// Convolution, batch normalization, LeakyReLU, dropout: the variational autoencoder's.
    NormalizationFirst,
}

/// The encoder's convolutions.
pub fn convolutions<'a>(path: &nn::Path<'a>, config: &NetConfig, order: Order) -> SequentialBuilder<'a> {
    let mut net = Sequential::input(path, &config.input_dim);
    for (i, conv) in config.encoder.iter().enumerate() {
        net = net.conv2d(format!("encoder_conv_{i}"), conv.filters, conv.kernel, conv.stride);
        net = after_convolution(net, &format!("encoder_batch_norm_{i}"), config, order);
    }
    net
}

/// Point in latent space -> image (p. 96): the mirror image of the encoder, ending in a sigmoid.
pub fn decoder(path: &nn::Path, config: &NetConfig, shape_before_flattening: &[i64], order: Order) -> Sequential {
    let mut net = Sequential::input(path, &[config.z_dim])
        .dense("decoder_dense", shape_before_flattening.iter().product())
        .reshape(shape_before_flattening);
    for (i, conv) in config.decoder.iter().enumerate() {
        net = net.conv2d_transpose(format!("decoder_conv_t_{i}"), conv.filters, conv.kernel, conv.stride);
        net = if i + 1 < config.decoder.len() {
            after_convolution(net, &format!("decoder_batch_norm_{i}"), config, order)
        } else {
            net.activation(Activation::Sigmoid)
        };
    }
    net.build()
}

fn after_convolution<'a>(
    mut net: SequentialBuilder<'a>,
    batch_norm: &str,
    config: &NetConfig,
    order: Order,
) -> SequentialBuilder<'a> {
    if order == Order::ActivationFirst {
        net = net.leaky_relu(0.3);
    }
    if config.use_batch_norm {
        net = net.batch_norm(batch_norm);
    }
    if order == Order::NormalizationFirst {
        net = net.leaky_relu(0.3);
    }
    if config.use_dropout { net.dropout(0.25) } else { net }
}
