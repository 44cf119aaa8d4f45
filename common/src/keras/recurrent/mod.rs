//! Layers that read a sequence `[batch, time, features]` step by step.

mod bidirectional;
mod cell;
mod config;
mod gru;
mod layer;
mod lstm;
mod padding;

pub use bidirectional::Bidirectional;
pub use cell::{Cell, State};
pub use config::Recurrent;
pub use gru::GruCell;
pub use layer::RecurrentLayer;
pub use lstm::LstmCell;

/// Long short-term memory; see [`LstmCell`].
pub type Lstm = RecurrentLayer<LstmCell>;
/// Gated recurrent unit; see [`GruCell`].
pub type Gru = RecurrentLayer<GruCell>;
