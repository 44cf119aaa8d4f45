//! Samples of generators: sheets of them saved while training, and the figures that any generator of images can have.

mod figures;
mod latent;
mod quality;
mod sheet;

pub use figures::{history, interpolation, nearest, samples, strip};
pub use latent::great_circle;
pub use quality::measure;
pub use sheet::{SIDE, Sheet};
