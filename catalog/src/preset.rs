use serde::{Deserialize, Serialize};
use std::fmt;

/// How long and on how much data an experiment trains. The model is the same, except that chapter 9's GANs are smaller in
/// `quick`, and the nets of chapters 6, 7 and 9 in `smoke`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum Preset {
    /// The book's training length and data size.
    Book,
    /// Minutes on two cores.
    #[default]
    Quick,
    /// Seconds: for tests.
    Smoke,
}

impl fmt::Display for Preset {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str(match self {
            Preset::Book => "book",
            Preset::Quick => "quick",
            Preset::Smoke => "smoke",
        })
    }
}
