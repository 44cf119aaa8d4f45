//! An evaluation of style transfer's loss for `cargo book bench 05`, like the peers in Python.

use crate::models::style_transfer::{Layers, LossWeights, StyleTransfer, values};
use crate::models::vgg::Vgg19;
use crate::models::vgg_weights::VggWeights;
use anyhow::Result;
use common::cli::time_steps;
use std::rc::Rc;
use tch::{Device, Kind, Tensor};

/// Number of evaluations before timing starts.
const WARM_UP: usize = 2;
/// Convolutions up to block5_conv2.
const LAYERS: usize = 14;

/// An image of 256 x 256 pixels.
pub fn evaluation(device: Device, steps: usize) -> Result<Vec<f64>> {
    evaluation_at(256, device, steps)
}

/// An image of 512 x 512 pixels.
pub fn evaluation_512(device: Device, steps: usize) -> Result<Vec<f64>> {
    evaluation_at(512, device, steps)
}

/// The loss of a square image with the book's six layers, and its gradient.
fn evaluation_at(side: i64, device: Device, steps: usize) -> Result<Vec<f64>> {
    tch::manual_seed(42);
    let vgg = Rc::new(Vgg19::new(VggWeights::random(LAYERS), device)?);
    let image = || Tensor::rand([side, side, 3], (Kind::Double, Device::Cpu)) * 255.0 - 128.0;
    let layers = Layers::book(&vgg);
    let transfer = StyleTransfer::new(&vgg, &image(), &image(), layers, LossWeights::FIGURE)?;
    let combination = values(&image());
    time_steps(WARM_UP, steps, || Ok(Tensor::from(transfer.evaluate(&combination).0)))
}
