//! Shared by the chapters: layers with Keras' semantics, data loaders, training runs, figures, metrics.

pub mod arrays;
pub mod cli;
pub mod datasets;
pub mod device;
mod display;
pub mod features;
pub mod files;
pub mod gallery;
pub mod images;
pub mod keras;
pub mod metrics;
pub mod notebook;
pub mod plot;
pub mod samples;
mod shell;
pub mod threads;
pub mod training;
pub mod transfer;

pub use data::{note, say};
pub use music;
