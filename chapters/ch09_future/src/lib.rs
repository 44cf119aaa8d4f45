//! Chapter 9 of *Generative Deep Learning*: the future of generative modelling (pp. 317-337).

pub mod bench;
pub mod experiments;
pub mod figures;
pub mod models;

use common::cli::{Bench, Chapter};
use experiments::{bert, biggan, gpt, musenet, positional_encoding, progan, sagan, stylegan};

/// The chapter's experiments.
pub const CHAPTER: Chapter = Chapter {
    table: include_str!("../experiments.toml"),
    experiments: &[
        ("09_01", positional_encoding::run),
        ("09_02", gpt::run),
        ("09_03", bert::run),
        ("09_04", musenet::run),
        ("09_05", progan::run),
        ("09_06", sagan::run),
        ("09_07", biggan::run),
        ("09_08", stylegan::run),
    ],
    benches: &[
        Bench { model: "transformer", batch: bench::BATCH, run: bench::transformer },
        Bench { model: "bert", batch: bench::WINDOWS, run: bench::bert },
        Bench { model: "musenet", batch: bench::EXCERPTS, run: bench::musenet },
        Bench { model: "progan", batch: bench::IMAGES, run: bench::progan },
        Bench { model: "sagan", batch: bench::IMAGES, run: bench::sagan },
        Bench { model: "biggan", batch: bench::IMAGES, run: bench::biggan },
        Bench { model: "stylegan", batch: bench::IMAGES, run: bench::stylegan },
    ],
};
