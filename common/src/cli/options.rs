use crate::device;
use crate::keras::precision::Precision;
use crate::training::Preset;
use clap::Args;
use std::path::PathBuf;

/// The default seed.
pub(super) const DEFAULT_SEED: u64 = 42;

/// The options of every experiment.
#[derive(Debug, Clone, Args)]
pub struct Options {
    /// Training length and data size: book = as in the book, quick = minutes, smoke = seconds [default: quick]
    #[arg(long, value_enum)]
    pub preset: Option<Preset>,
    /// Number of epochs [default: the preset's]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=1_000_000))]
    pub epochs: Option<u64>,
    /// Seed of all random numbers
    #[arg(long, value_name = "N", help = format!("Seed of all random numbers [default: {DEFAULT_SEED}]"))]
    pub seed: Option<u64>,
    /// Device: auto (CUDA if available), cpu, cuda, cuda:N or mps
    #[arg(long, value_name = "DEVICE", default_value = "auto")]
    pub device: device::Choice,
    /// Precision of convolutions and large matrix products: bf16 needs a processor with instructions for it, or a GPU
    /// [default: f32; that of the run with --resume]
    #[arg(long, value_name = "PRECISION", value_enum)]
    pub precision: Option<Precision>,
    /// CPU threads of libtorch [default: all cores]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(i32).range(1..=1024))]
    pub threads: Option<i32>,
    /// Resume the last run of this experiment, or the one given by --run
    #[arg(long)]
    pub resume: bool,
    /// Also write event files for TensorBoard while training, to tensorboard/ in the run folder
    #[arg(long)]
    pub tensorboard: bool,
    /// Override a hyper-parameter; may be repeated
    #[arg(long = "set", value_name = "KEY=VALUE", value_parser = key_value)]
    pub settings: Vec<(String, String)>,
    /// Data: any = the real set if available, else synthetic data
    #[arg(long, value_enum, default_value = "any")]
    pub data: data::Choice,
    /// Run to analyse or resume, by its number [default: the last]
    #[arg(long, value_name = "N")]
    pub run: Option<u32>,
    /// Analyse the weights in this safetensors file (Keras' names and layouts)
    #[arg(long, value_name = "FILE")]
    pub weights: Option<PathBuf>,
    /// Continue this text with the last trained model, word by word; for models that write
    #[arg(long, value_name = "TEXT", num_args = 0..=1, default_missing_value = "")]
    pub write: Option<String>,
    /// A text file of your own to analyse; for models that read
    #[arg(long, value_name = "FILE")]
    pub document: Option<PathBuf>,
    /// Drive the car yourself in the terminal; for 08_01
    #[arg(long)]
    pub drive: bool,
    /// Watch the last trained model drive; for 08_05
    #[arg(long)]
    pub watch: bool,
    /// Folder for run/ and figures/ [default: the repository]
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
}

fn key_value(text: &str) -> Result<(String, String), String> {
    let (key, value) = text.split_once('=').ok_or_else(|| format!("'{text}' is not of the form key=value"))?;
    Ok((key.trim().to_string(), value.trim().to_string()))
}
