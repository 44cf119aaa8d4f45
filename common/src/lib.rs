//! What more than one chapter of the book uses: layers with Keras' semantics, loaders, training runs, figures.

pub mod cli;
pub mod datasets;
pub mod device;
pub mod files;
pub mod gallery;
pub mod keras;
pub mod plot;
pub mod training;
