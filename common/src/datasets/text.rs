//! A reader's own text, and the texts of data sets: UTF-8 or UTF-16, with any line ends.

pub use data::text::{decode, read};
