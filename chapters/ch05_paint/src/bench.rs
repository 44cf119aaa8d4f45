//! Training steps for `cargo book bench 05`, on random images, like the peers in Python.

use crate::models::{CycleGan, LossWeights, NetConfig};
use anyhow::Result;
use common::cli::time_steps;
use tch::{Device, Kind, Tensor};

/// Number of iterations before timing starts.
const WARM_UP: usize = 3;

/// An iteration of 05_01: both discriminators and both generators.
pub fn cyclegan_apples(device: Device, steps: usize) -> Result<Vec<f64>> {
    time(&NetConfig::apples(), LossWeights { validation: 1.0, reconstr: 10.0, id: 2.0 }, device, steps)
}

/// An iteration of 05_02.
pub fn cyclegan_monet(device: Device, steps: usize) -> Result<Vec<f64>> {
    time(&NetConfig::monet(), LossWeights { validation: 1.0, reconstr: 10.0, id: 5.0 }, device, steps)
}

fn time(config: &NetConfig, weights: LossWeights, device: Device, steps: usize) -> Result<Vec<f64>> {
    tch::manual_seed(42);
    let gan = CycleGan::new(config, weights, device)?;
    let mut parts = gan.training_parts(2e-4, 50);
    let [height, width, channels] = config.input_dim;
    let images = || Tensor::rand([1, channels, height, width], (Kind::Float, device)) * 2.0 - 1.0;
    let (imgs_a, imgs_b) = (images(), images());
    time_steps(WARM_UP, steps, || Ok(gan.train_step(&imgs_a, &imgs_b, &mut parts).remove(0).1))
}
