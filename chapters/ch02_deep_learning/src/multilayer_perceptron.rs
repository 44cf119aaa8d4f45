//! The multilayer perceptron (pp. 63-67): every unit of a layer is connected to every unit of the one before.

use common::keras::{Activation, Sequential};
use tch::nn;

/// Image 32 × 32 × 3 -> probabilities of ten classes.
pub fn multilayer_perceptron(path: &nn::Path) -> Sequential {
    Sequential::input(path, &[32, 32, 3])
        .flatten()
        .dense("dense", 200)
        .activation(Activation::Relu)
        .dense("dense_1", 150)
        .activation(Activation::Relu)
        .dense("dense_2", 10)
        .activation(Activation::Softmax)
        .build()
}
