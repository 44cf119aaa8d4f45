//! The book's classes.

pub mod style_images;
pub mod style_lbfgs;
pub mod style_search;
pub mod style_transfer;
pub mod vgg;
pub mod vgg_weights;
