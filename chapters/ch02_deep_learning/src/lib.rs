//! Chapter 2 of *Generative Deep Learning*: deep learning (pp. 56-88). A multilayer perceptron and a convolutional
//! network classify small images.

pub mod bench;
pub mod experiments;
pub mod figures;
pub mod models;

use common::cli::{Bench, Chapter};
use experiments::{convolutional_neural_network, convolutions, deep_neural_network};

/// The chapter's experiments.
pub const CHAPTER: Chapter = Chapter {
    table: include_str!("../experiments.toml"),
    experiments: &[
        ("02_01", deep_neural_network::run),
        ("02_02", convolutions::run),
        ("02_03", convolutional_neural_network::run),
    ],
    benches: &[
        Bench { model: "mlp", batch: bench::BATCH, run: bench::mlp },
        Bench { model: "cnn", batch: bench::BATCH, run: bench::cnn },
    ],
};
