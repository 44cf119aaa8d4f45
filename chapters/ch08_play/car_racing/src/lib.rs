//! CarRacing, the environment of chapter 8, without Python: Gymnasium 1.4.0's `CarRacing-v3`.
//!
//! The same seed gives the same track, and the same actions the same rewards, bit for bit on x86-64 Linux: numpy's random
//! numbers, the part of Box2D 2.3 that a car needs, and Gymnasium's rules are written anew here. Images differ from
//! Gymnasium's by less than 0.3 of 255 on average.
//!
//! [`CarRacing`] is one environment, [`Batch`] many in lock-step over all cores. [`Config::gymnasium`] is today's
//! environment, [`Config::book`] the book's.

mod batch;
mod car;
mod config;
mod contacts;
mod env;
mod physics;
mod render;
mod rng;
pub mod trace;
mod track;
mod wheel;

pub use batch::Batch;
pub use car::Car;
pub use config::{Camera, Config, LapRule, Score};
pub use env::{Action, CarRacing, DISCRETE_ACTIONS, Info, Outcome, Step};
pub use rng::NumpyRng;
pub use track::{Track, TrackPoint};
pub use wheel::Wheel;
