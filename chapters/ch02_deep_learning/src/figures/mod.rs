//! What the experiments draw.

pub mod explained;
pub mod results;
