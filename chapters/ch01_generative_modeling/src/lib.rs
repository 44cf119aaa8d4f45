//! Chapter 1 of *Generative Deep Learning*: what generative modelling is (pp. 21-55).

pub mod experiments;
pub mod figures;
pub mod models;

use common::cli::Chapter;
use experiments::{fashion, pixels, representation, world_map};

/// The chapter's experiments.
pub const CHAPTER: Chapter = Chapter {
    table: include_str!("../experiments.toml"),
    experiments: &[
        ("01_01", world_map::run),
        ("01_02", fashion::run),
        ("01_03", pixels::run),
        ("01_04", representation::run),
    ],
    benches: &[],
};
