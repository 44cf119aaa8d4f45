//! What the book explains, but does not build.

pub mod dates;
