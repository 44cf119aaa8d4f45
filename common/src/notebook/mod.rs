//! What the cells of a notebook use beside their chapter's library.
//!
//! ```text
//! use common::notebook::*;
//! let context = experiment(&ch03::CHAPTER, "03_03 --epochs 2")?;   // the words that follow `cargo book`
//! ch03::experiments::vae_digits::train(&context)?;                   // its figures show below the cell
//! show_source("ch03_vae/src/models/vae.rs", &["fn sampling"])?
//! summary(&Tensor::randn([3, 4], (Kind::Float, Device::Cpu)))
//! ```
//!
//! Runs and figures go where those of the command line go. A training that was done before with the same numbers is not
//! done again, and one that was interrupted is resumed.

mod source;
mod tensors;

pub use crate::cli::Context;
pub use crate::training::{DataInfo, ExperimentConfig, Preset, Run, settings};
pub use anyhow::Result;
pub use data::DataSet;
pub use source::{Source, show_source};
pub use tensors::{Summary, summary};
pub use {ndarray, tch};

use crate::cli::Chapter;
use std::env;
use std::panic;

/// Options for all notebooks, one a line; they go before those in the cells. `cargo book notebook` sets it.
pub const OPTIONS: &str = "GDL_NOTEBOOK_OPTIONS";

/// The context of an experiment, for a chapter's functions to be called with.
///
/// `command` is what would follow `cargo book`: the id and options, `"03_03 --epochs 2 --set learning_rate=0.001"`. Figures
/// drawn with the context are saved as ever and show below the cell. Where the experiment analyses what another one
/// trains, and that has not been trained with these numbers, it is trained first. A run with the same numbers serves again,
/// unless [`Context::anew`] asks for a new one.
///
/// # Errors
/// An unknown id or option; the message says which there are.
pub fn experiment(chapter: &Chapter, command: &str) -> Result<Context> {
    panic::set_hook(Box::new(|info| eprintln!("{}", panic_message(info))));
    let for_all = env::var(OPTIONS).unwrap_or_default();
    chapter.notebook(command.split_whitespace().chain(for_all.lines()))
}

/// The first line of what a panic says: libtorch adds its whole stack.
fn panic_message(info: &panic::PanicHookInfo) -> String {
    let message = info.payload_as_str().unwrap_or("unknown failure");
    // `unwrap` quotes libtorch's message: line ends are written as \n in it.
    let first = message.lines().next().unwrap_or_default().split("\\n").next().unwrap_or_default();
    format!("panic: {first}\nThe cell is aborted; variables of other cells are unchanged.")
}

#[cfg(test)]
mod tests;
