//! Convolutional networks (pp. 77-79 and 84-86): each unit sees a small patch, and all patches share weights.

use anyhow::Result;
use common::keras::Activation::Softmax;
use common::keras::{Conv, Model, Sequential, Units};
use tch::nn;

/// The book's first network, with two convolutions (p. 77): image 32 × 32 × 3 -> probabilities of ten classes. It is
/// built to count its parameters, and not trained.
pub fn two_convolutions(path: &nn::Path) -> Result<Model> {
    Sequential::input(path, [32, 32, 3])
        .conv2d("conv2d", Conv::new(10, 4).strides(2))
        .conv2d("conv2d_1", Conv::new(20, 3).strides(2))
        .flatten()
        .dense("dense", Units::new(10).activation(Softmax))
        .model("two_convolutions")
}

/// The network that is trained (p. 84): image 32 × 32 × 3 -> probabilities of ten classes.
pub fn convolutional_network(path: &nn::Path) -> Result<Model> {
    Sequential::input(path, [32, 32, 3])
        .conv2d("conv2d", Conv::new(32, 3))
        .batch_norm("batch_normalization")
        .leaky_relu(0.3)
        .conv2d("conv2d_1", Conv::new(32, 3).strides(2))
        .batch_norm("batch_normalization_1")
        .leaky_relu(0.3)
        .conv2d("conv2d_2", Conv::new(64, 3))
        .batch_norm("batch_normalization_2")
        .leaky_relu(0.3)
        .conv2d("conv2d_3", Conv::new(64, 3).strides(2))
        .batch_norm("batch_normalization_3")
        .leaky_relu(0.3)
        .flatten()
        .dense("dense", 128)
        .batch_norm("batch_normalization_4")
        .leaky_relu(0.3)
        .dropout(0.5)
        .dense("dense_1", 10)
        .softmax()
        .model("cnn")
}
