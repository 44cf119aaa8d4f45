//! The figures of the experiments.

pub mod composition;
pub mod musegan;
pub mod musegan_numbers;
pub mod musegan_training;
pub mod notation;
pub mod training;
