//! V, the variational autoencoder that sees (pp. 281 and 290-291): it compresses a frame to 32 numbers.

use anyhow::{Result, ensure};
use common::keras::{Activation, Conv, Model, Net, Node, Optimizer, Padding, losses, nchw_to_nhwc, nhwc_to_nchw};
use common::training::ensure_positive;
use common::transfer::upload;
use serde::{Deserialize, Serialize};
use tch::nn::VarStore;
use tch::{Device, Kind, Reduction, Tensor};

/// Height, width and channels of a frame.
pub const FRAME: [i64; 3] = [64, 64, 3];
/// Nats a latent dimension may hold before [`VaeLoss::FreeBits`] counts them.
const KL_TOLERANCE: f64 = 0.5;

/// The book's hyper-parameters of the VAE (p. 291).
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VaeConfig {
    /// Dimensions of latent space.
    pub z_dim: i64,
    /// What is minimized.
    pub loss: VaeLoss,
}

/// How reconstruction and KL divergence are weighed. Both are means over the batch.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum VaeLoss {
    /// r_loss_factor · mean squared error + KL: the book's.
    MeanSquaredError {
        /// Weight of the reconstruction loss against the KL divergence.
        r_loss_factor: f64,
    },
    /// Summed squared error + max(KL, 0.5 · z_dim), of each image: the paper's, an earlier form of the book's.
    FreeBits,
}

impl VaeConfig {
    /// The book's.
    pub fn book() -> VaeConfig {
        VaeConfig { z_dim: 32, loss: VaeLoss::MeanSquaredError { r_loss_factor: 10_000.0 } }
    }

    /// Validates the values.
    ///
    /// # Errors
    /// One is out of bounds; the message names the key.
    pub fn check(&self) -> Result<()> {
        ensure!((1..=1024).contains(&self.z_dim), "vae.z_dim must lie between 1 and 1024, not {}", self.z_dim);
        match self.loss {
            VaeLoss::MeanSquaredError { r_loss_factor } => ensure_positive("vae.loss r_loss_factor", r_loss_factor),
            VaeLoss::FreeBits => Ok(()),
        }
    }
}

/// Encoder with two heads, decoder, and the two joined.
#[derive(Debug)]
pub struct Vae {
    /// All weights.
    pub variables: VarStore,
    /// Frame -> mean and log variance of a normal distribution in latent space.
    pub encoder_mu_log_var: Model,
    /// Frame -> a point of that distribution.
    pub encoder: Model,
    /// Point in latent space -> frame.
    pub decoder: Model,
    /// Frame -> frame, mean, log variance.
    pub model: Model,
    loss: VaeLoss,
}

impl Vae {
    /// An untrained model.
    ///
    /// # Errors
    /// [`VaeConfig::check`] rejects the configuration.
    pub fn new(config: &VaeConfig, device: Device) -> Result<Vae> {
        config.check()?;
        let VaeConfig { z_dim, loss } = *config;
        let variables = VarStore::new(device);
        let net = Net::new(&variables.root());
        let image = net.input("encoder_input", FRAME);
        // [64, 64, 3] -> [31, 31, 32] -> [14, 14, 64] -> [6, 6, 64] -> [2, 2, 128] -> [512]
        let flat = [32, 64, 64, 128].into_iter().enumerate().fold(image.clone(), encoder_conv).flatten();
        let (mu, log_var) = (flat.dense("mu", z_dim), flat.dense("log_var", z_dim));
        let encoder_output =
            mu.lambda("encoder_output", &[&log_var], mu.shape(), |x, _| sampling(&x[0], &x[1], &x[0].randn_like()));
        let encoder_mu_log_var = net.model("encoder_mu_log_var", &[&image], &[&mu, &log_var])?;
        let encoder = net.model("encoder", &[&image], &[&encoder_output])?;

        let z = net.input("decoder_input", [z_dim]);
        // [z] -> [1024] -> one pixel, [1, 1, 1024]
        let pixel = z.dense("decoder_dense", 1024).reshape(&[1, 1, 1024]);
        // -> [5, 5, 64] -> [13, 13, 64] -> [30, 30, 32] -> [64, 64, 3]
        let convs = [(64, 5, Activation::Relu), (64, 5, Activation::Relu), (32, 6, Activation::Relu)];
        let convs = convs.into_iter().chain([(FRAME[2], 6, Activation::Sigmoid)]);
        let decoder_output = convs.enumerate().fold(pixel, decoder_conv_t);
        let decoder = net.model("decoder", &[&z], &[&decoder_output])?;

        let model = net.model("model", &[&image], &[&encoder_output.call(&decoder), &mu, &log_var])?;
        Ok(Vae { variables, encoder_mu_log_var, encoder, decoder, model, loss })
    }

    /// The latent distribution of images `[n, 3, 64, 64]` in [0, 1] with channels-last strides: mean and log variance,
    /// `[n, z]`. Keeps no gradient.
    pub fn distribution(&self, images: &Tensor) -> [Tensor; 2] {
        tch::no_grad(|| self.encoder_mu_log_var.forward_all(&[images], false))
    }

    /// Points in latent space `[n, z]` -> images `[n, 64, 64, 3]` in [0, 1]. Keeps no gradient.
    pub fn decode(&self, z: &Tensor) -> Tensor {
        tch::no_grad(|| nchw_to_nhwc(&self.decoder.forward_t(z, false)))
    }

    /// The losses of images `[n, 3, 64, 64]`, their reconstructions and their latent distributions, by name: the
    /// reconstruction loss and the KL divergence with their weights, and their sum in front.
    pub fn losses(&self, x: &Tensor, x_hat: &Tensor, mu: &Tensor, log_var: &Tensor) -> Vec<(&'static str, Tensor)> {
        let (reconstruction_loss, kl_loss) = match self.loss {
            // r_loss_factor · mean (x - x̂)², and KL of N(mu, exp(log_var)) from N(0, I)
            VaeLoss::MeanSquaredError { r_loss_factor } => {
                (losses::mean_squared_error(x, x_hat) * r_loss_factor, losses::kl_divergence(mu, log_var))
            }
            // Σ (x - x̂)², and max(KL, 0.5 · z_dim)
            VaeLoss::FreeBits => {
                let [n, z_dim] = [mu.size()[0], mu.size()[1]].map(|size| size as f64);
                let per_value: Tensor = 1.0 + log_var - mu.square() - log_var.exp();
                let kl = per_value.sum_dim_intlist(-1, false, None) * -0.5;
                (x_hat.mse_loss(x, Reduction::Sum) / n, kl.clamp_min(KL_TOLERANCE * z_dim).mean(None))
            }
        };
        let loss = &reconstruction_loss + &kl_loss;
        vec![("loss", loss), ("reconstruction_loss", reconstruction_loss), ("kl_loss", kl_loss)]
    }

    /// One step of training on images `[n, 3, 64, 64]`; returns [`Vae::losses`] before it.
    pub fn train_step(&self, x: &Tensor, optimizer: &mut Optimizer) -> Vec<(&'static str, Tensor)> {
        let [x_hat, mu, log_var] = self.model.forward_all(&[x], true);
        let losses = self.losses(x, &x_hat, &mu, &log_var);
        optimizer.minimize(&losses[0].1);
        losses
    }
}

/// A sample of N(mu, exp(log_var)) of standard normal numbers, by reparameterization, so that gradients reach both.
pub fn sampling(mu: &Tensor, log_var: &Tensor, normal: &Tensor) -> Tensor {
    mu + (log_var / 2.0).exp() * normal
}

/// Images of bytes, `[n, 64, 64, 3]`, as V takes them: `[n, 3, 64, 64]` in [0, 1] with channels-last strides.
pub fn vae_input(images: &Tensor, device: Device) -> Tensor {
    nhwc_to_nchw(&(upload(images, device).to_kind(Kind::Float) / 255.0))
}

fn encoder_conv<'a>(x: Node<'a>, (i, filters): (usize, i64)) -> Node<'a> {
    x.conv2d(format!("encoder_conv_{i}"), with_stride_2(filters, 4).activation(Activation::Relu))
}

fn decoder_conv_t<'a>(x: Node<'a>, (i, (filters, kernel, activation)): (usize, (i64, i64, Activation))) -> Node<'a> {
    x.conv2d_transpose(format!("decoder_conv_t_{i}"), with_stride_2(filters, kernel).activation(activation))
}

/// Stride 2 without padding.
fn with_stride_2(filters: i64, kernel: i64) -> Conv<2> {
    Conv::new(filters, kernel).strides(2).padding(Padding::Valid)
}
