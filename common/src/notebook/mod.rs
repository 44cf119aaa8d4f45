//! Functions for the cells of a notebook, in addition to the chapter's library.
//!
//! ```text
//! use common::notebook::*;
//! let context = experiment(&ch03::CHAPTER, "03_03 --epochs 2")?;   // the arguments of `cargo book`
//! ch03::experiments::vae_digits::train(&context)?;                   // shows its figures below the cell
//! show_source("ch03_vae/src/models/vae.rs", &["fn sampling"])?
//! summary(&Tensor::randn([3, 4], (Kind::Float, Device::Cpu)))
//! listen(&context, "score")?                                      // a figure's music, in a cell of its own
//! ```
//!
//! Runs and figures are saved where the command line saves them. A run with the same hyper-parameters is reused, and an
//! interrupted one is resumed.

mod sound;
mod source;
mod tensors;

pub use crate::cli::Context;
pub use crate::training::{DataInfo, ExperimentConfig, Preset, Run, settings};
pub use anyhow::Result;
pub use data::DataSet;
pub use sound::{Excerpt, listen};
pub use source::{Source, show_source};
pub use tensors::{Summary, summary};
pub use {ndarray, tch};

use crate::cli::Chapter;
use std::env;
use std::panic;

/// Variable with options for all notebooks, one per line; those of a cell go first. `cargo book notebook` sets it.
pub const OPTIONS: &str = "GDL_NOTEBOOK_OPTIONS";

/// The context of an experiment, the argument of a chapter's functions.
///
/// `command` has the arguments of `cargo book`: the id and options, `"03_03 --epochs 2 --set learning_rate=0.001"`.
/// Figures are saved and also shown below the cell. If the experiment analyses a model of another one that is not
/// trained with these hyper-parameters, it is trained first. A run with the same hyper-parameters is reused, except
/// after [`Context::anew`].
///
/// # Errors
/// An unknown id or option; the message lists the valid ones.
pub fn experiment(chapter: &Chapter, command: &str) -> Result<Context> {
    panic::set_hook(Box::new(|info| eprintln!("{}", panic_message(info))));
    let for_all = env::var(OPTIONS).unwrap_or_default();
    let mut words = command.split_whitespace();
    // The last one of two equal options counts: the cell's.
    chapter.notebook(words.next().into_iter().chain(for_all.lines()).chain(words))
}

/// The first line of a panic's message: libtorch adds its stack trace.
fn panic_message(info: &panic::PanicHookInfo) -> String {
    let message = info.payload_as_str().unwrap_or("unknown failure");
    // `unwrap` quotes libtorch's message: line ends are written as \n in it.
    let first = message.lines().next().unwrap_or_default().split("\\n").next().unwrap_or_default();
    format!("panic: {first}\nThe cell is aborted; variables of other cells are unchanged.")
}

#[cfg(test)]
mod tests;
