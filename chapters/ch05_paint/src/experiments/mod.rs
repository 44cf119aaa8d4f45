//! The book's notebooks: hyper-parameters, training, analysis.

pub mod cyclegan;
pub mod cyclegan_apples;
pub mod cyclegan_monet;
pub mod style_inputs;
pub mod style_transfer;
