//! J. S. Bach's chorales as pitches of four voices, sixteenth by sixteenth.

pub use data::jsb_chorales::{JsbChorales, Step, VOICES};
