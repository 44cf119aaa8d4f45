use crate::device;
use crate::training::Preset;
use clap::Args;
use std::path::PathBuf;

/// What a run is seeded with if nobody says otherwise.
pub(super) const DEFAULT_SEED: u64 = 42;

/// What every experiment takes.
#[derive(Debug, Clone, Args)]
pub struct Options {
    /// How long to train, on how much: book = the book's numbers, quick = minutes, smoke = seconds [default: quick]
    #[arg(long, value_enum)]
    pub preset: Option<Preset>,
    /// Epochs to train, instead of the preset's
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=1_000_000))]
    pub epochs: Option<u64>,
    /// Seed of all random numbers
    #[arg(long, value_name = "N", help = format!("Seed of all random numbers [default: {DEFAULT_SEED}]"))]
    pub seed: Option<u64>,
    /// Where to compute: auto, cpu, cuda, cuda:N or mps
    #[arg(long, value_name = "DEVICE", default_value = "auto")]
    pub device: device::Choice,
    /// CPU threads for libtorch; all cores by default
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(i32).range(1..=1024))]
    pub threads: Option<i32>,
    /// Go on with the last training run of this experiment
    #[arg(long)]
    pub resume: bool,
    /// Change a number of the configuration; may be repeated
    #[arg(long = "set", value_name = "KEY=VALUE", value_parser = key_value)]
    pub settings: Vec<(String, String)>,
    /// Which data: any = the real set if it is available, else synthetic data
    #[arg(long, value_enum, default_value = "any")]
    pub data: data::Choice,
    /// Number of the run to analyse or resume [default: the last]
    #[arg(long, value_name = "N")]
    pub run: Option<u32>,
    /// Analyse these weights (safetensors, Keras' names and layouts) instead of a run's
    #[arg(long, value_name = "FILE")]
    pub weights: Option<PathBuf>,
    /// Folder that run/ and figures/ go to [default: the repository]
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
}

fn key_value(text: &str) -> Result<(String, String), String> {
    let (key, value) = text.split_once('=').ok_or_else(|| format!("'{text}' is not of the form key=value"))?;
    Ok((key.trim().to_string(), value.trim().to_string()))
}
