//! The variational autoencoder (pp. 106-114): the encoder gives a normal distribution instead of a point, and the
//! loss keeps that distribution near N(0, I).

use crate::fit::Model;
use crate::net::{NetConfig, Order, convolutions, decoder};
use common::keras::{Adam, Dense, Layer, Optimizer, Sequential, Summary, losses};
use common::keras::{nchw_to_nhwc, nhwc_to_nchw};
use common::training::Checkpointed;
use tch::nn::{self, ModuleT};
use tch::{Device, Tensor};

/// Encoder with two heads, decoder and, once compiled, an optimizer.
#[derive(Debug)]
pub struct VariationalAutoencoder {
    variables: nn::VarStore,
    encoder: Encoder,
    decoder: Sequential,
    optimizer: Option<Optimizer>,
    r_loss_factor: f64,
    z_dim: i64,
}

/// Image -> mean and logarithm of the variance of a normal distribution in latent space (p. 108).
#[derive(Debug)]
struct Encoder {
    convolutions: Sequential,
    shape_before_flattening: Vec<i64>,
    mu: Dense,
    log_var: Dense,
}

impl Encoder {
    fn new(path: &nn::Path, config: &NetConfig) -> Encoder {
        let net = convolutions(path, config, Order::NormalizationFirst);
        let shape_before_flattening = net.shape();
        let convolutions = net.flatten().build();
        let flat = convolutions.output_shape();
        let mu = Dense::new(&(path / "mu"), flat, config.z_dim);
        let log_var = Dense::new(&(path / "log_var"), flat, config.z_dim);
        Encoder { convolutions, shape_before_flattening, mu, log_var }
    }

    fn forward(&self, x: &Tensor, train: bool) -> (Tensor, Tensor) {
        let x = self.convolutions.forward_t(x, train);
        (self.mu.forward(&x, train), self.log_var.forward(&x, train))
    }

    fn summary(&self) -> Summary {
        let summary = self.convolutions.summary("encoder");
        let flat = summary.layers.len() - 1;
        summary.append_to(flat, "mu", &self.mu).append_to(flat, "log_var", &self.log_var).join(
            "encoder_output",
            "Lambda",
            &["mu", "log_var"],
            self.mu.output_shape(),
        )
    }
}

/// A point of N(mu, exp(log_var)), made from a point of N(0, I) so that gradients pass (p. 109).
fn sampling(mu: &Tensor, log_var: &Tensor) -> Tensor {
    mu + (log_var / 2.0).exp() * mu.randn_like()
}

impl VariationalAutoencoder {
    /// An untrained model; `r_loss_factor` weighs the reconstruction against the KL divergence (p. 114).
    pub fn new(config: &NetConfig, r_loss_factor: f64, device: Device) -> VariationalAutoencoder {
        let variables = nn::VarStore::new(device);
        let path = variables.root();
        let encoder = Encoder::new(&path, config);
        let decoder = decoder(&path, config, &encoder.shape_before_flattening, Order::NormalizationFirst);
        VariationalAutoencoder { variables, encoder, decoder, optimizer: None, r_loss_factor, z_dim: config.z_dim }
    }

    /// Gives the model an optimizer.
    pub fn compile(&mut self, learning_rate: f64) {
        self.optimizer = Some(Optimizer::of(&self.variables, Adam::new(learning_rate)));
    }

    /// The distribution of images `[n, height, width, channels]`: mean and logarithm of the variance, `[n, z]`.
    pub fn distribution(&self, images: &Tensor) -> (Tensor, Tensor) {
        self.encoder.forward(&nhwc_to_nchw(images), false)
    }
}

impl Checkpointed for VariationalAutoencoder {
    fn variables(&self) -> &nn::VarStore {
        &self.variables
    }

    fn optimizers(&mut self) -> Vec<(&'static str, &mut Optimizer)> {
        self.optimizer.iter_mut().map(|optimizer| ("adam", optimizer)).collect()
    }
}

impl Model for VariationalAutoencoder {
    const METRICS: &'static [&'static str] = &["loss", "reconstruction_loss", "kl_loss"];

    fn z_dim(&self) -> i64 {
        self.z_dim
    }

    fn encode(&self, images: &Tensor) -> Tensor {
        let (mu, log_var) = self.distribution(images);
        sampling(&mu, &log_var)
    }

    fn decode(&self, z: &Tensor) -> Tensor {
        nchw_to_nhwc(&self.decoder.forward_t(z, false))
    }

    fn train_step(&mut self, images: &Tensor) -> Vec<Tensor> {
        let x = nhwc_to_nchw(images);
        let (mu, log_var) = self.encoder.forward(&x, true);
        let x_hat = self.decoder.forward_t(&sampling(&mu, &log_var), true);
        let reconstruction_loss = losses::mean_squared_error(&x, &x_hat) * self.r_loss_factor;
        let kl_loss = losses::kl_divergence(&mu, &log_var);
        let loss = &reconstruction_loss + &kl_loss;
        self.optimizer.as_mut().expect("the model is compiled before it trains").minimize(&loss);
        vec![loss, reconstruction_loss, kl_loss]
    }

    fn summaries(&self) -> Vec<Summary> {
        let (encoder, decoder) = (self.encoder.summary(), self.decoder.summary("decoder"));
        let model = encoder.clone().then(&decoder, "model");
        vec![encoder, decoder, model]
    }
}
