//! Training steps for `cargo book bench 02`, on random images, like the peers in Python.

use crate::models::{Classifier, convolutional_network, multilayer_perceptron};
use anyhow::Result;
use common::cli::time_steps;
use common::keras::{Adam, Optimizer};
use tch::{Device, Kind, Tensor};

/// Batch size, as in the book.
pub const BATCH: i64 = 32;
/// Number of steps before timing starts.
const WARM_UP: usize = 10;

/// The multilayer perceptron of 02_01.
pub fn mlp(device: Device, steps: usize) -> Result<Vec<f64>> {
    time(&Classifier::new(multilayer_perceptron, device)?, device, steps)
}

/// The convolutional network of 02_03.
pub fn cnn(device: Device, steps: usize) -> Result<Vec<f64>> {
    time(&Classifier::new(convolutional_network, device)?, device, steps)
}

fn time(model: &Classifier, device: Device, steps: usize) -> Result<Vec<f64>> {
    tch::manual_seed(42);
    let mut optimizer = Optimizer::for_variables(&model.variables, Adam::new(0.0005));
    let x = Tensor::rand([BATCH, 32, 32, 3], (Kind::Float, device));
    let y = Tensor::randint(10, [BATCH], (Kind::Int64, device));
    time_steps(WARM_UP, steps, || {
        let [loss, accuracy] = model.train_step(&x, &y, &mut optimizer);
        Ok(loss + accuracy)
    })
}
