//! Real or synthetic data: the value of `--data`.

use std::fmt;

/// Which data to use, as `--data` names it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Choice {
    /// The real data set if it is available, else synthetic data.
    #[default]
    Any,
    /// The real data set, or an error.
    Real,
    /// Synthetic data, even if the real data set is available.
    #[value(alias = "generated")] // its old name
    Synthetic,
}

impl fmt::Display for Choice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Choice::Any => "any",
            Choice::Real => "real",
            Choice::Synthetic => "synthetic",
        })
    }
}
