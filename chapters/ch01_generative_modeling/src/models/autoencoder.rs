//! A small autoencoder: 2,304 pixels to two codes and back (pp. 50-51). Chapter 3 explains autoencoders.

use super::tins::SIDE;
use anyhow::Result;
use common::keras::{Adam, Model, Net, Optimizer, losses, nchw_to_nhwc, nhwc_to_nchw};
use tch::nn::VarStore;
use tch::{Device, Tensor};

/// Number of codes.
pub const CODES: i64 = 2;

/// Standard deviation of the noise on codes in training: it makes near codes decode to similar tins. Chapter 3 develops
/// this idea.
const NOISE: f64 = 0.05;

/// The learning rate of step t is divided by 1 + DECAY · t: with a constant one, Adam diverges from a nearly trained
/// model.
const DECAY: f64 = 0.0005;

/// Encoder and decoder.
#[derive(Debug)]
pub struct Autoencoder {
    /// All weights.
    pub variables: VarStore,
    encoder: Model,
    decoder: Model,
    penalty: f64,
}

impl Autoencoder {
    /// An untrained model. `penalty` is the weight of the codes' mean square in the loss: without it, codes grow until
    /// the noise has no effect.
    ///
    /// # Errors
    /// The net cannot be built.
    pub fn new(penalty: f64, device: Device) -> Result<Autoencoder> {
        let variables = VarStore::new(device);
        let net = Net::new(&variables.root());
        let side = SIDE as i64;
        let image = net.input("encoder_input", [side, side, 1]);
        let encoder = net.model("encoder", &[&image], &[&image.flatten().dense("encoder_output", CODES)])?;
        let codes = net.input("decoder_input", [CODES]);
        let decoded = codes
            .dense("decoder_dense_0", 64)
            .leaky_relu(0.3)
            .dense("decoder_dense_1", 256)
            .leaky_relu(0.3)
            .dense("decoder_output", side * side)
            .sigmoid()
            .reshape(&[side, side, 1]);
        let decoder = net.model("decoder", &[&codes], &[&decoded])?;
        Ok(Autoencoder { variables, encoder, decoder, penalty })
    }

    /// Its optimizer.
    pub fn optimizer(&self, learning_rate: f64) -> Optimizer {
        Optimizer::for_variables(&self.variables, Adam { decay: DECAY, ..Adam::new(learning_rate) })
    }

    /// Images `[n, 48, 48, 1]` in [0, 1] -> codes `[n, 2]`.
    pub fn encode(&self, images: &Tensor) -> Tensor {
        self.encoder.forward_t(&nhwc_to_nchw(images), false)
    }

    /// Codes `[n, 2]` -> images `[n, 48, 48, 1]` in [0, 1].
    pub fn decode(&self, codes: &Tensor) -> Tensor {
        nchw_to_nhwc(&self.decoder.forward_t(codes, false))
    }

    /// One training step on images `[n, 48, 48, 1]`; returns the loss and its main part, the mean squared error.
    pub fn train_step(&self, images: &Tensor, optimizer: &mut Optimizer) -> [Tensor; 2] {
        let x = nhwc_to_nchw(images);
        let codes = self.encoder.forward_t(&x, true);
        let noisy = &codes + codes.randn_like() * NOISE;
        let reconstruction = losses::mean_squared_error(&x, &self.decoder.forward_t(&noisy, true));
        let loss = &reconstruction + codes.square().mean(None) * self.penalty;
        optimizer.minimize(&loss);
        [loss, reconstruction]
    }
}
