//! The autoencoder (pp. 94-99): an encoder that presses an image into a few numbers, a decoder that unpacks them.

use crate::fit::Model;
use crate::net::{NetConfig, Order, convolutions, decoder};
use common::keras::{Adam, Optimizer, Sequential, Summary, losses};
use common::keras::{nchw_to_nhwc, nhwc_to_nchw};
use common::training::Checkpointed;
use tch::nn::{self, ModuleT};
use tch::{Device, Tensor};

/// Encoder, decoder and, once compiled, an optimizer.
#[derive(Debug)]
pub struct Autoencoder {
    variables: nn::VarStore,
    encoder: Sequential,
    decoder: Sequential,
    optimizer: Option<Optimizer>,
    z_dim: i64,
}

/// Image -> point in latent space (p. 94); also returns the shape before flattening, which the decoder needs.
fn encoder(path: &nn::Path, config: &NetConfig) -> (Sequential, Vec<i64>) {
    let net = convolutions(path, config, Order::ActivationFirst);
    let shape_before_flattening = net.shape();
    (net.flatten().dense("encoder_output", config.z_dim).build(), shape_before_flattening)
}

impl Autoencoder {
    /// An untrained model.
    pub fn new(config: &NetConfig, device: Device) -> Autoencoder {
        let variables = nn::VarStore::new(device);
        let path = variables.root();
        let (encoder, shape_before_flattening) = encoder(&path, config);
        let decoder = decoder(&path, config, &shape_before_flattening, Order::ActivationFirst);
        Autoencoder { variables, encoder, decoder, optimizer: None, z_dim: config.z_dim }
    }

    /// Gives the model an optimizer (p. 99).
    pub fn compile(&mut self, learning_rate: f64) {
        self.optimizer = Some(Optimizer::of(&self.variables, Adam::new(learning_rate)));
    }
}

impl Checkpointed for Autoencoder {
    fn variables(&self) -> &nn::VarStore {
        &self.variables
    }

    fn optimizers(&mut self) -> Vec<(&'static str, &mut Optimizer)> {
        self.optimizer.iter_mut().map(|optimizer| ("adam", optimizer)).collect()
    }
}

impl Model for Autoencoder {
    const METRICS: &'static [&'static str] = &["loss"];

    fn z_dim(&self) -> i64 {
        self.z_dim
    }

    fn encode(&self, images: &Tensor) -> Tensor {
        self.encoder.forward_t(&nhwc_to_nchw(images), false)
    }

    fn decode(&self, z: &Tensor) -> Tensor {
        nchw_to_nhwc(&self.decoder.forward_t(z, false))
    }

    fn train_step(&mut self, images: &Tensor) -> Vec<Tensor> {
        let x = nhwc_to_nchw(images);
        let z = self.encoder.forward_t(&x, true);
        let x_hat = self.decoder.forward_t(&z, true);
        let loss = losses::mean_squared_error(&x, &x_hat);
        self.optimizer.as_mut().expect("the model is compiled before it trains").minimize(&loss);
        vec![loss]
    }

    fn summaries(&self) -> Vec<Summary> {
        let (encoder, decoder) = (self.encoder.summary("encoder"), self.decoder.summary("decoder"));
        let model = encoder.clone().then(&decoder, "model");
        vec![encoder, decoder, model]
    }
}
