//! Samples of generators: sheets of images saved during training, the figures that all generators share, and tokens drawn at
//! a temperature.

mod figures;
mod latent;
mod quality;
mod sheet;
mod temperature;

pub use figures::{history, interpolation, nearest, samples, strip};
pub use latent::great_circle;
pub use quality::{ComparedWith, measure};
pub use sheet::{SIDE, Sheet};
pub use temperature::{random, sample_with_temp};
