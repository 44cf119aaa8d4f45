//! The book's classes: the autoencoder and the variational autoencoder.

mod autoencoder;
mod vae;

pub use autoencoder::{Autoencoder, Conv, LatentModel, NetConfig, fit};
pub use vae::VariationalAutoencoder;
