//! What the experiments draw.

pub mod arithmetic;
pub mod faces;
pub mod latent_space;
pub mod training;
