//! The world model (p. 281): a VAE that sees, a recurrent net that remembers, and a controller that acts.

#[cfg(feature = "mpi")]
pub mod cluster;
pub mod controller;
pub mod controller_training;
pub mod dream;
pub mod evaluation;
pub mod evolution;
pub mod frames;
pub mod imagination;
pub mod mdn_rnn;
pub mod players;
pub mod pretrained;
pub mod racing;
pub mod rollouts;
pub mod series;
pub mod vae;
pub mod world_model;

pub use controller::Controller;
pub use mdn_rnn::MdnRnn;
pub use series::Series;
pub use vae::Vae;
