//! Chapter 6 of *Generative Deep Learning*: write (pp. 197-235).

pub mod bench;
pub mod experiments;
pub mod figures;
pub mod models;
pub mod writer;

use common::cli::{Bench, Chapter};
use experiments::{lstm_text, qa_analysis, qa_train, text_extensions};

/// The chapter's experiments.
pub const CHAPTER: Chapter = Chapter {
    table: include_str!("../experiments.toml"),
    experiments: &[
        ("06_01", lstm_text::run),
        ("06_02", qa_train::run),
        ("06_03", qa_analysis::run),
        ("06_04", text_extensions::run),
    ],
    benches: &[
        Bench { model: "lstm_text", batch: 32, run: bench::lstm_text },
        Bench { model: "question_answer", batch: bench::QUESTIONS, run: bench::question_answer },
    ],
};
