//! Training steps that `cargo book bench 03` times, on random images: the peers in Python do the same.

use crate::autoencoder::Autoencoder;
use crate::fit::Model;
use crate::net::NetConfig;
use crate::vae::VariationalAutoencoder;
use anyhow::Result;
use std::time::Instant;
use tch::{Device, Kind, Tensor};

/// Images in a step, as in the book.
pub const BATCH: i64 = 32;
/// Steps before the clock runs.
const WARM_UP: usize = 10;

/// The autoencoder of 03_01.
pub fn autoencoder(device: Device, steps: usize) -> Result<Vec<f64>> {
    let mut model = Autoencoder::new(&NetConfig::digits(), device);
    model.compile(0.0005);
    time(&mut model, &NetConfig::digits(), device, steps)
}

/// The variational autoencoder of 03_03.
pub fn vae_digits(device: Device, steps: usize) -> Result<Vec<f64>> {
    let mut model = VariationalAutoencoder::new(&NetConfig::digits(), 1000.0, device);
    model.compile(0.0005);
    time(&mut model, &NetConfig::digits(), device, steps)
}

/// The variational autoencoder of 03_05.
pub fn vae_faces(device: Device, steps: usize) -> Result<Vec<f64>> {
    let mut model = VariationalAutoencoder::new(&NetConfig::faces(), 10_000.0, device);
    model.compile(0.0005);
    time(&mut model, &NetConfig::faces(), device, steps)
}

fn time(model: &mut impl Model, net: &NetConfig, device: Device, steps: usize) -> Result<Vec<f64>> {
    tch::manual_seed(42);
    let [height, width, channels] = net.input_dim;
    let x = Tensor::rand([BATCH, height, width, channels], (Kind::Float, device));
    let mut ms = vec![];
    for step in 0..WARM_UP + steps {
        let start = Instant::now();
        let losses = model.train_step(&x);
        // Reading the loss waits for a GPU, too.
        f64::try_from(&losses[0])?;
        if step >= WARM_UP {
            ms.push(start.elapsed().as_secs_f64() * 1000.0);
        }
    }
    Ok(ms)
}
