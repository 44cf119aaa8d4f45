//! The book's classes.

mod buffer;
mod cycle_gan;
mod networks;

pub use buffer::FakeBuffer;
pub use cycle_gan::{CycleGan, LossWeights, TrainingParts, Translations};
pub use networks::{GeneratorType, NetConfig};
pub mod style_images;
pub mod style_lbfgs;
pub mod style_search;
pub mod style_transfer;
pub mod vgg;
pub mod vgg16_edges;
pub mod vgg_weights;
