//! Chapter 7 of *Generative Deep Learning*: compose (pp. 236-273).

pub mod bench;
pub mod beyond;
pub mod experiments;
pub mod figures;
pub mod models;

use beyond::dates;
use common::cli::{Bench, Chapter};
use experiments::{lstm_analysis, lstm_compose, musegan_analysis, musegan_train, notation};

/// The chapter's experiments.
pub const CHAPTER: Chapter = Chapter {
    table: include_str!("../experiments.toml"),
    experiments: &[
        ("07_01", notation::run),
        ("07_02", lstm_compose::run),
        ("07_03", lstm_analysis::run),
        ("07_04", musegan_train::run),
        ("07_05", musegan_analysis::run),
        ("07_06", dates::experiment::run),
    ],
    benches: &[
        Bench { model: "lstm_compose", batch: 32, run: bench::lstm_compose },
        Bench { model: "musegan", batch: 64, run: bench::musegan },
    ],
};
