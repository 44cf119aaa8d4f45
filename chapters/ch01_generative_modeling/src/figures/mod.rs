//! The figures of the experiments.

pub mod fashion;
pub mod map;
pub mod tins;
