//! A small autoencoder: 4,096 pixels through two numbers and back (pp. 50-51). Chapter 3 explains how it works.

use crate::tins::SIDE;
use common::keras::{Activation, Adam, Optimizer, Sequential, losses, weights};
use common::keras::{picture_array_order, picture_tensor};
use common::training::Checkpointed;
use tch::nn::{self, ModuleT};
use tch::{Device, Tensor};

/// Numbers that a picture is pressed into.
pub const CODES: i64 = 2;

/// Encoder, decoder and optimiser.
#[derive(Debug)]
pub struct Autoencoder {
    variables: nn::VarStore,
    encoder: Sequential,
    decoder: Sequential,
    optimizer: Optimizer,
}

impl Autoencoder {
    /// An untrained model.
    pub fn new(learning_rate: f64, device: Device) -> Autoencoder {
        let variables = nn::VarStore::new(device);
        let path = variables.root();
        let side = SIDE as i64;
        let encoder = Sequential::input(&path, &[side, side, 1])
            .flatten()
            .dense("encoder_dense_0", 256)
            .leaky_relu(0.3)
            .dense("encoder_dense_1", 64)
            .leaky_relu(0.3)
            .dense("encoder_output", CODES)
            .build();
        let decoder = Sequential::input(&path, &[CODES])
            .dense("decoder_dense_0", 64)
            .leaky_relu(0.3)
            .dense("decoder_dense_1", 256)
            .leaky_relu(0.3)
            .dense("decoder_output", side * side)
            .activation(Activation::Sigmoid)
            .reshape(&[side, side, 1])
            .build();
        let trained = weights::trainable_variables(&variables).into_iter().map(|(_, variable)| variable);
        let optimizer = Optimizer::new(trained, Adam::new(learning_rate));
        Autoencoder { variables, encoder, decoder, optimizer }
    }

    /// Pictures `[n, 64, 64, 1]` in [0, 1] -> codes `[n, 2]`.
    pub fn encode(&self, pictures: &Tensor) -> Tensor {
        self.encoder.forward_t(&picture_tensor(pictures), false)
    }

    /// Codes `[n, 2]` -> pictures `[n, 64, 64, 1]` in [0, 1].
    pub fn decode(&self, codes: &Tensor) -> Tensor {
        picture_array_order(&self.decoder.forward_t(codes, false))
    }

    /// One step on a batch of pictures; returns the mean squared error.
    pub fn train_step(&mut self, pictures: &Tensor) -> Tensor {
        let x = picture_tensor(pictures);
        let x_hat = self.decoder.forward_t(&self.encoder.forward_t(&x, true), true);
        let loss = losses::mean_squared_error(&x, &x_hat);
        self.optimizer.minimize(&loss);
        loss
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
