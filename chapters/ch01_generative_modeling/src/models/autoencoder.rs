//! A small autoencoder: 2,304 pixels through two numbers and back (pp. 50-51). Chapter 3 explains how it works.

use super::tins::SIDE;
use anyhow::Result;
use common::keras::{Adam, Model, Net, Optimizer, losses, nchw_to_nhwc, nhwc_to_nchw};
use tch::nn::VarStore;
use tch::{Device, Tensor};

/// Numbers that an image is compressed to.
pub const CODES: i64 = 2;

/// Deviation of the noise that codes get while training: a code must survive it, so that near codes come to mean like
/// tins. Chapter 3 makes more of this idea.
const NOISE: f64 = 0.05;

/// The learning rate of step t is divided by 1 + DECAY · t: with a steady one, Adam throws a nearly finished model off again.
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
    /// An untrained model. `penalty` weighs the mean square of the codes in the loss: without it, they would grow until no
    /// noise matters.
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

    /// What trains it.
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

    /// One step on a batch of images; returns the loss, and the mean squared error that is its main part.
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
