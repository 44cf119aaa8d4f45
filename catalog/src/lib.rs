//! Definitions that the chapters and `cargo book` share: the schema of a chapter's `experiments.toml` ([`Table`],
//! [`Entry`]), the presets ([`Preset`]), the precisions ([`Precision`]), the words by which chapters and experiments are
//! named ([`word`]), and the versions of libtorch and tch ([`versions`]). This crate needs no libtorch.

mod entry;
mod precision;
mod preset;
mod table;
pub mod versions;
pub mod word;

pub use entry::{Entry, cited};
pub use precision::Precision;
pub use preset::Preset;
pub use table::{Table, UnknownExperiment};
