//! Convolutional networks (pp. 77-79 and 84-86): each unit sees a small square, and all squares share their weights.

use common::keras::{Activation, Sequential};
use tch::nn;

/// The book's first one, two convolutions only (p. 77): image 32 × 32 × 3 -> probabilities of ten classes. It is built
/// to count its parameters, and never trained.
pub fn two_convolutions(path: &nn::Path) -> Sequential {
    Sequential::input(path, &[32, 32, 3])
        .conv2d("conv2d", 10, 4, 2)
        .conv2d("conv2d_1", 20, 3, 2)
        .flatten()
        .dense("dense", 10)
        .activation(Activation::Softmax)
        .build()
}

/// The one that is trained (p. 84): image 32 × 32 × 3 -> probabilities of ten classes.
pub fn convolutional_network(path: &nn::Path) -> Sequential {
    Sequential::input(path, &[32, 32, 3])
        .conv2d("conv2d", 32, 3, 1)
        .batch_norm("batch_normalization")
        .leaky_relu(0.3)
        .conv2d("conv2d_1", 32, 3, 2)
        .batch_norm("batch_normalization_1")
        .leaky_relu(0.3)
        .conv2d("conv2d_2", 64, 3, 1)
        .batch_norm("batch_normalization_2")
        .leaky_relu(0.3)
        .conv2d("conv2d_3", 64, 3, 2)
        .batch_norm("batch_normalization_3")
        .leaky_relu(0.3)
        .flatten()
        .dense("dense", 128)
        .batch_norm("batch_normalization_4")
        .leaky_relu(0.3)
        .dropout(0.5)
        .dense("dense_1", 10)
        .activation(Activation::Softmax)
        .build()
}
