//! Chapter 8 of *Generative Deep Learning*: play (pp. 275-315).

pub mod bench;
pub mod driver_seat;
pub mod experiments;
pub mod figures;
pub mod models;

use common::cli::{Bench, Chapter};
use experiments::{dream, generate_data, rnn_data, train_controller, train_rnn, train_vae};

/// The chapter's experiments.
pub const CHAPTER: Chapter = Chapter {
    table: include_str!("../experiments.toml"),
    experiments: &[
        ("08_01", generate_data::run),
        ("08_02", train_vae::run),
        ("08_03", rnn_data::run),
        ("08_04", train_rnn::run),
        ("08_05", train_controller::run),
        ("08_06", dream::run),
    ],
    benches: &[
        Bench { model: "vae", batch: 100, run: bench::vae },
        Bench { model: "mdn_rnn", batch: 100, run: bench::mdn_rnn },
    ],
};
