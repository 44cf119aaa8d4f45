//! Chapter 3 of *Generative Deep Learning*: autoencoders and variational autoencoders (pp. 89-124).

pub mod bench;
pub mod beyond;
pub mod experiments;
pub mod figures;
pub mod models;

use common::cli::{Bench, Chapter};
use experiments::{autoencoder_digits, vae_digits, vae_faces};

/// The chapter's experiments.
pub const CHAPTER: Chapter = Chapter {
    table: include_str!("../experiments.toml"),
    experiments: &[
        ("03_01", autoencoder_digits::train),
        ("03_02", autoencoder_digits::analyse),
        ("03_03", vae_digits::train),
        ("03_04", vae_digits::analyse),
        ("03_05", vae_faces::train),
        ("03_06", vae_faces::analyse),
    ],
    benches: &[
        Bench { model: "autoencoder", batch: bench::BATCH, run: bench::autoencoder },
        Bench { model: "vae_digits", batch: bench::BATCH, run: bench::vae_digits },
        Bench { model: "vae_faces", batch: bench::BATCH, run: bench::vae_faces },
    ],
};
