//! Training steps for `cargo book bench 03`, on random images, like the peers in Python.

use crate::models::{Autoencoder, LatentModel, NetConfig, VariationalAutoencoder};
use anyhow::Result;
use common::cli::time_steps;
use common::keras::{Adam, Optimizer, nhwc_to_nchw};
use tch::{Device, Kind, Tensor};

/// Batch size, as in the book.
pub const BATCH: i64 = 32;
/// Number of steps before timing starts.
const WARM_UP: usize = 10;

/// The autoencoder of 03_01.
pub fn autoencoder(device: Device, steps: usize) -> Result<Vec<f64>> {
    let net = NetConfig::digits();
    time(&Autoencoder::new(&net, device)?, &net, device, steps)
}

/// The variational autoencoder of 03_03.
pub fn vae_digits(device: Device, steps: usize) -> Result<Vec<f64>> {
    let net = NetConfig::digits();
    time(&VariationalAutoencoder::new(&net, 1000.0, device)?, &net, device, steps)
}

/// The variational autoencoder of 03_05.
pub fn vae_faces(device: Device, steps: usize) -> Result<Vec<f64>> {
    let net = NetConfig::faces();
    time(&VariationalAutoencoder::new(&net, 10_000.0, device)?, &net, device, steps)
}

fn time(model: &impl LatentModel, net: &NetConfig, device: Device, steps: usize) -> Result<Vec<f64>> {
    let mut optimizer = Optimizer::for_variables(model.variables(), Adam::new(0.0005));
    tch::manual_seed(42);
    let [height, width, channels] = net.input_dim;
    let x = nhwc_to_nchw(&Tensor::rand([BATCH, height, width, channels], (Kind::Float, device)));
    time_steps(WARM_UP, steps, || Ok(model.train_step(&x, &mut optimizer).swap_remove(0).1))
}
