//! The book's classes: the autoencoder and the variational autoencoder.

mod autoencoder;
mod vae;

pub use autoencoder::{Autoencoder, LatentModel, NetConfig, fit};
pub use common::keras::ConvConfig as Conv;
pub use vae::VariationalAutoencoder;
