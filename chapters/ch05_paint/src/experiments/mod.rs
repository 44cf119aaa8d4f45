//! The book's notebooks: hyper-parameters, training, analysis.

pub mod style_inputs;
pub mod style_transfer;
