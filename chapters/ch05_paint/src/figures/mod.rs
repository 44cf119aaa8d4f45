//! The figures of the experiments.

pub mod style;
pub mod style_animation;
pub mod style_features;
