//! What the chapters and `cargo book` agree on, said once: the schema of a chapter's `experiments.toml` ([`Table`],
//! [`Entry`]), the presets ([`Preset`]) and the versions of libtorch and tch ([`versions`]). Nothing here needs libtorch.

mod entry;
mod preset;
mod table;
pub mod versions;

pub use entry::Entry;
pub use preset::Preset;
pub use table::{Table, UnknownExperiment};
