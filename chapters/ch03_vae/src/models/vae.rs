//! The variational autoencoder (pp. 106-114): the encoder gives a normal distribution instead of a point, and the
//! loss keeps that distribution near N(0, I).

use super::autoencoder::{Block, LatentModel, NetConfig};
use anyhow::Result;
use common::keras::{Model, Net, Optimizer, losses, nhwc_to_nchw};
use tch::nn::VarStore;
use tch::{Device, Tensor};

/// Encoder with two heads, decoder, and the two joined.
#[derive(Debug)]
pub struct VariationalAutoencoder {
    /// All weights.
    pub variables: VarStore,
    /// Image -> mean and log variance of a normal distribution in latent space (p. 108).
    pub encoder_mu_log_var: Model,
    /// Image -> a point of that distribution.
    pub encoder: Model,
    /// Point in latent space -> image.
    pub decoder: Model,
    /// Image -> image, mean, log variance.
    pub model: Model,
    r_loss_factor: f64,
}

/// A sample of N(mu, exp(log_var)) by reparameterization, so that gradients reach both (p. 109).
fn sampling(mu: &Tensor, log_var: &Tensor) -> Tensor {
    mu + (log_var / 2.0).exp() * mu.randn_like()
}

impl VariationalAutoencoder {
    /// An untrained model; `r_loss_factor` is the weight of the reconstruction loss against the KL divergence (p. 114).
    ///
    /// # Errors
    /// The sizes do not fit.
    pub fn new(config: &NetConfig, r_loss_factor: f64, device: Device) -> Result<VariationalAutoencoder> {
        let variables = VarStore::new(device);
        let net = Net::new(&variables.root());
        let image = net.input("encoder_input", config.input_dim);
        let x = config.encoder(&image, Block::NormalizationFirst);
        let flat = x.flatten();
        let (mu, log_var) = (flat.dense("mu", config.z_dim), flat.dense("log_var", config.z_dim));
        let encoder_output = mu.lambda("encoder_output", &[&log_var], mu.shape(), |x, _| sampling(&x[0], &x[1]));
        let encoder_mu_log_var = net.model("encoder_mu_log_var", &[&image], &[&mu, &log_var])?;
        let encoder = net.model("encoder", &[&image], &[&encoder_output])?;

        let z = net.input("decoder_input", [config.z_dim]);
        let decoder_output = config.decoder(&z, &x.shape(), Block::NormalizationFirst)?;
        let decoder = net.model("decoder", &[&z], &[&decoder_output])?;
        config.check_output(&decoder)?;

        let model = net.model("model", &[&image], &[&encoder_output.call(&decoder), &mu, &log_var])?;
        Ok(VariationalAutoencoder { variables, encoder_mu_log_var, encoder, decoder, model, r_loss_factor })
    }

    /// The latent distribution of images `[n, height, width, channels]`: mean and log variance, `[n, z]`.
    pub fn distribution(&self, images: &Tensor) -> [Tensor; 2] {
        self.encoder_mu_log_var.forward_all(&[&nhwc_to_nchw(images)], false)
    }

    /// The losses of a batch `[n, channels, height, width]` by name: the weighted reconstruction, the KL divergence,
    /// their sum (p. 113).
    pub fn losses(&self, x: &Tensor, x_hat: &Tensor, mu: &Tensor, log_var: &Tensor) -> Vec<(&'static str, Tensor)> {
        let reconstruction_loss = losses::mean_squared_error(x, x_hat) * self.r_loss_factor;
        let kl_loss = losses::kl_divergence(mu, log_var);
        let loss = &reconstruction_loss + &kl_loss;
        vec![("loss", loss), ("reconstruction_loss", reconstruction_loss), ("kl_loss", kl_loss)]
    }
}

impl LatentModel for VariationalAutoencoder {
    fn variables(&self) -> &VarStore {
        &self.variables
    }

    fn nets(&self) -> [&Model; 3] {
        [&self.encoder, &self.decoder, &self.model]
    }

    fn encode(&self, images: &Tensor) -> Tensor {
        self.encoder.forward_t(&nhwc_to_nchw(images), false)
    }

    fn train_step(&self, x: &Tensor, optimizer: &mut Optimizer) -> Vec<(&'static str, Tensor)> {
        let [x_hat, mu, log_var] = self.model.forward_all(&[x], true);
        let losses = self.losses(x, &x_hat, &mu, &log_var);
        optimizer.minimize(&losses[0].1);
        losses
    }
}
