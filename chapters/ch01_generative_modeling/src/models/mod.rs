//! The models of the chapter, from a rectangle on a map to a small autoencoder, and their data.

pub mod autoencoder;
pub mod density;
pub mod linear;
pub mod mixture;
pub mod multinomial;
pub mod naive_bayes;
pub mod outfits;
pub mod random;
pub mod rules;
pub mod tins;
