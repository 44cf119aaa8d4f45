//! The figures of the experiments.

pub mod identity;
pub mod panels;
pub mod style;
pub mod style_animation;
pub mod style_features;
pub mod translations;
