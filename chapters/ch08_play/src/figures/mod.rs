//! The figures of each experiment.

pub mod controller;
pub mod dream;
pub mod rnn;
pub mod rollouts;
pub mod series;
pub mod vae;
