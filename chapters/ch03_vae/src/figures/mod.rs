//! The figures of the experiments.

pub mod arithmetic;
pub mod faces;
pub mod latent_space;
pub mod training;
