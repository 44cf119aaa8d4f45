//! The book's classes: three ways to train a generator against a discriminator.

mod gan;
mod networks;
mod wgan;
mod wgan_gp;

pub use common::keras::ConvConfig as Conv;
pub use gan::{Gan, LearningRates};
pub use networks::{Activation, After, Iterations, NetConfig, Networks, Optimizers};
pub use wgan::{Wgan, generator_loss};
pub use wgan_gp::{CriticLosses, WganGp, critic_losses, random_weights};
