//! Training steps that `cargo book bench 02` times, on random images: the peers in Python do the same.

use crate::classifier::Classifier;
use crate::convolutional_network::convolutional_network;
use crate::multilayer_perceptron::multilayer_perceptron;
use anyhow::Result;
use std::time::Instant;
use tch::{Device, Kind, Tensor};

/// Images in a step, as in the book.
pub const BATCH: i64 = 32;
/// Steps before the clock runs.
const WARM_UP: usize = 10;

/// The multilayer perceptron of 02_01.
pub fn mlp(device: Device, steps: usize) -> Result<Vec<f64>> {
    time(Classifier::new(multilayer_perceptron, device), device, steps)
}

/// The convolutional network of 02_03.
pub fn cnn(device: Device, steps: usize) -> Result<Vec<f64>> {
    time(Classifier::new(convolutional_network, device), device, steps)
}

fn time(mut model: Classifier, device: Device, steps: usize) -> Result<Vec<f64>> {
    tch::manual_seed(42);
    model.compile(0.0005);
    let x = Tensor::rand([BATCH, 32, 32, 3], (Kind::Float, device));
    let y = Tensor::randint(10, [BATCH], (Kind::Int64, device));
    let mut ms = vec![];
    for step in 0..WARM_UP + steps {
        let start = Instant::now();
        let metrics = model.train_step(&x, &y);
        // Reading loss and accuracy waits for a GPU, too.
        for metric in &metrics {
            f64::try_from(metric)?;
        }
        if step >= WARM_UP {
            ms.push(start.elapsed().as_secs_f64() * 1000.0);
        }
    }
    Ok(ms)
}
