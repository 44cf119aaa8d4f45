//! Samples of image generators: sheets saved during training, and the figures that all generators share.

mod figures;
mod latent;
mod quality;
mod sheet;

pub use figures::{history, interpolation, nearest, samples, strip};
pub use latent::great_circle;
pub use quality::measure;
pub use sheet::{SIDE, Sheet};
