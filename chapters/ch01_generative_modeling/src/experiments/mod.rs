//! The book's sections: hyper-parameters and experiments.

pub mod fashion;
pub mod pixels;
pub mod representation;
pub mod world_map;
