//! Real data, a generated stand-in, or whatever can be had: the value of `--data`.

use std::fmt;
use std::str::FromStr;

/// Which data a reader asks for with `--data`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Choice {
    /// The real data set where it can be had, else its generated stand-in.
    #[default]
    Any,
    /// Only the real data set: an error where no source has it.
    Real,
    /// Only the generated stand-in, even where the real data set is there.
    Generated,
}

impl fmt::Display for Choice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Choice::Any => "any",
            Choice::Real => "real",
            Choice::Generated => "generated",
        })
    }
}

impl FromStr for Choice {
    type Err = anyhow::Error;

    fn from_str(text: &str) -> anyhow::Result<Choice> {
        match text {
            "any" => Ok(Choice::Any),
            "real" => Ok(Choice::Real),
            "generated" => Ok(Choice::Generated),
            _ => anyhow::bail!("`{text}` is no choice of data; say any, real or generated"),
        }
    }
}
