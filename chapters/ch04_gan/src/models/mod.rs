//! The book's classes: three ways to train a generator against a discriminator.

mod gan;
mod wgan;
mod wgan_gp;

pub use gan::{Activation, Conv, Gan, LearningRates, NetConfig, Networks, Optimizers};
pub use wgan::Wgan;
pub use wgan_gp::{WganGp, random_weights};
