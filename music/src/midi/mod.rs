//! Standard MIDI files, formats 0 and 1.

mod read;
mod write;

pub use read::read;
pub use write::write;

/// The channel of drums, counted from 0: its numbers are instruments, not pitches.
const DRUMS: u8 = 9;
