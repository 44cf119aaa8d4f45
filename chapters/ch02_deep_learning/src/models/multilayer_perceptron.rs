//! The multilayer perceptron (pp. 63-67): every unit of a layer is connected to every unit of the previous layer.

use anyhow::Result;
use common::keras::Activation::{Relu, Softmax};
use common::keras::{Model, Sequential, Units};
use tch::nn;

/// Image 32 × 32 × 3 -> probabilities of ten classes.
pub fn multilayer_perceptron(path: &nn::Path) -> Result<Model> {
    Sequential::input(path, [32, 32, 3])
        .flatten()
        .dense("dense", Units::new(200).activation(Relu))
        .dense("dense_1", Units::new(150).activation(Relu))
        .dense("dense_2", Units::new(10).activation(Softmax))
        .model("mlp")
}
