//! What the experiments draw.

pub mod fashion;
pub mod map;
pub mod tins;
