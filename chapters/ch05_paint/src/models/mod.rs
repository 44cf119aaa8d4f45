//! The book's classes.

mod buffer;
mod cycle_gan;
mod networks;

pub use buffer::FakeBuffer;
pub use cycle_gan::{CycleGan, LossWeights, TrainingParts, Translations};
pub use networks::{GeneratorType, NetConfig};
