//! Music: notes with exact times, scores, MIDI in and out, engraving, sound. Needs no libtorch.

pub mod bars;
mod bounds;
mod chordify;
#[cfg(feature = "engrave")]
pub mod engrave;
#[cfg(any(feature = "engrave", feature = "sound"))]
mod guard;
pub mod midi;
#[cfg(feature = "musicxml")]
pub mod musicxml;
mod pitch;
mod quantize;
mod score;
#[cfg(feature = "sound")]
pub mod sound;

pub use chordify::{Slice, chordify, chordify_tied, from_slices};
pub use num_rational;
pub use pitch::Pitch;
pub use quantize::quantize;
pub use score::{Change, Note, Part, Quarters, Score};
