//! Chapter 5 of *Generative Deep Learning*: paint (pp. 160-196).

pub mod bench;
pub mod data;
pub mod experiments;
pub mod figures;
pub mod models;
pub mod style_bench;

use common::cli::{Bench, Chapter};
use experiments::{cyclegan_apples, cyclegan_monet, style_transfer};

/// The chapter's experiments.
pub const CHAPTER: Chapter = Chapter {
    table: include_str!("../experiments.toml"),
    experiments: &[
        ("05_01", cyclegan_apples::train),
        ("05_02", cyclegan_monet::train),
        ("05_03", style_transfer::train),
    ],
    benches: &[
        Bench { model: "cyclegan_apples", batch: 1, run: bench::cyclegan_apples },
        Bench { model: "cyclegan_monet", batch: 1, run: bench::cyclegan_monet },
        Bench { model: "style_evaluation", batch: 1, run: style_bench::evaluation },
        Bench { model: "style_evaluation_512", batch: 1, run: style_bench::evaluation_512 },
    ],
};
