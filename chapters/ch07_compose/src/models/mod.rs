//! The book's classes.

pub mod bars;
pub mod chorale_numbers;
pub mod composer;
pub mod corpus;
pub mod musegan;
pub mod rnn_attention;

pub use composer::{Composer, Composition, Sampling};
pub use corpus::{Batch, Corpus, Vocabulary, Windows};
pub use musegan::MuseGan;
pub use rnn_attention::{Best, NetConfig, RnnAttention};
