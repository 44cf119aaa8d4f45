//! The figures of the experiments.

pub mod identity;
pub mod panels;
pub mod translations;
