//! The figures of the experiments.

pub mod explained;
pub mod results;
