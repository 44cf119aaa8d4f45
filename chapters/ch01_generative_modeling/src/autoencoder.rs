//! A small autoencoder: 2,304 pixels through two numbers and back (pp. 50-51). Chapter 3 explains how it works.

use crate::tins::SIDE;
use common::keras::{Activation, Adam, Optimizer, Sequential, losses};
use common::keras::{nchw_to_nhwc, nhwc_to_nchw};
use common::training::Checkpointed;
use tch::nn::{self, ModuleT};
use tch::{Device, Tensor};

/// Numbers that an image is pressed into.
pub const CODES: i64 = 2;

/// Deviation of the noise that codes get while training: a code must survive it, so that near codes come to mean like
/// tins. Chapter 3 makes more of this idea.
const NOISE: f64 = 0.05;

/// The learning rate of step t is divided by 1 + DECAY · t: with a steady one, Adam throws a nearly finished model off again.
const DECAY: f64 = 0.0005;

/// Encoder, decoder and optimizer.
#[derive(Debug)]
pub struct Autoencoder {
    variables: nn::VarStore,
    encoder: Sequential,
    decoder: Sequential,
    optimizer: Optimizer,
    penalty: f64,
}

impl Autoencoder {
    /// An untrained model. `penalty` weighs the mean square of the codes in the loss: without it, they would grow until no noise matters.
    pub fn new(learning_rate: f64, penalty: f64, device: Device) -> Autoencoder {
        let variables = nn::VarStore::new(device);
        let path = variables.root();
        let side = SIDE as i64;
        let encoder = Sequential::input(&path, &[side, side, 1]).flatten().dense("encoder_output", CODES).build();
        let decoder = Sequential::input(&path, &[CODES])
            .dense("decoder_dense_0", 64)
            .leaky_relu(0.3)
            .dense("decoder_dense_1", 256)
            .leaky_relu(0.3)
            .dense("decoder_output", side * side)
            .activation(Activation::Sigmoid)
            .reshape(&[side, side, 1])
            .build();
        let optimizer = Optimizer::of(&variables, Adam { decay: DECAY, ..Adam::new(learning_rate) });
        Autoencoder { variables, encoder, decoder, optimizer, penalty }
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
    pub fn train_step(&mut self, images: &Tensor) -> [Tensor; 2] {
        let x = nhwc_to_nchw(images);
        let codes = self.encoder.forward_t(&x, true);
        let noisy = &codes + codes.randn_like() * NOISE;
        let reconstruction = losses::mean_squared_error(&x, &self.decoder.forward_t(&noisy, true));
        let loss = &reconstruction + codes.square().mean(None) * self.penalty;
        self.optimizer.minimize(&loss);
        [loss, reconstruction]
    }
}

impl Checkpointed for Autoencoder {
    fn variables(&self) -> &nn::VarStore {
        &self.variables
    }

    fn optimizers(&mut self) -> Vec<(&'static str, &mut Optimizer)> {
        vec![("adam", &mut self.optimizer)]
    }
}
