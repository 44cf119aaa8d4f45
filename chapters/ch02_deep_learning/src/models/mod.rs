//! The book's classifiers, and convolutions with hand-made filters.

mod classifier;
mod convolutional_network;
pub mod filters;
mod multilayer_perceptron;

pub use classifier::{Classifier, EVALUATION_BATCH, Evaluation};
pub use convolutional_network::{convolutional_network, two_convolutions};
pub use multilayer_perceptron::multilayer_perceptron;
