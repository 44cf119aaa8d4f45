//! The book's sections: hyper-parameters, models, figures.

pub mod fashion;
pub mod pixels;
pub mod representation;
pub mod world_map;
