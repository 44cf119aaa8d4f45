//! Chapter 5 of *Generative Deep Learning*: paint (pp. 160-196).

pub mod experiments;
pub mod figures;
pub mod models;

use common::cli::Chapter;

/// The chapter's experiments.
pub const CHAPTER: Chapter = Chapter { table: include_str!("../experiments.toml"), experiments: &[], benches: &[] };
