//! Chapter 5 of *Generative Deep Learning*: paint (pp. 160-196).

pub mod experiments;
pub mod figures;
pub mod models;
pub mod style_bench;

use common::cli::{Bench, Chapter};
use experiments::style_transfer;

/// The chapter's experiments.
pub const CHAPTER: Chapter = Chapter {
    table: include_str!("../experiments.toml"),
    experiments: &[("05_03", style_transfer::train)],
    benches: &[Bench { model: "style_evaluation", batch: 1, run: style_bench::evaluation }],
};
