//! Real or synthetic data: the value of `--data`.

use std::fmt;
use std::str::FromStr;

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

impl FromStr for Choice {
    type Err = anyhow::Error;

    fn from_str(text: &str) -> anyhow::Result<Choice> {
        match text {
            "any" => Ok(Choice::Any),
            "real" => Ok(Choice::Real),
            "synthetic" | "generated" => Ok(Choice::Synthetic),
            _ => anyhow::bail!("unknown choice of data `{text}`: valid choices are any, real and synthetic"),
        }
    }
}
