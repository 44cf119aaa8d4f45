//! Chapter 3 of *Generative Deep Learning*: autoencoders and variational autoencoders (pp. 89-124).

pub mod arithmetic;
pub mod arithmetic_check;
pub mod autoencoder;
pub mod autoencoder_digits;
pub mod bench;
pub mod digits;
pub mod face_figures;
pub mod faces;
pub mod figures;
pub mod fit;
pub mod net;
pub mod vae;
pub mod vae_digits;

use common::cli::{Bench, Chapter};

/// The chapter's experiments.
pub const CHAPTER: Chapter = Chapter {
    table: include_str!("../experiments.toml"),
    experiments: &[
        ("03_01", autoencoder_digits::train),
        ("03_02", autoencoder_digits::analyse),
        ("03_03", vae_digits::train),
        ("03_04", vae_digits::analyse),
        ("03_05", faces::train),
        ("03_06", faces::analyse),
    ],
    benches: &[
        Bench { model: "autoencoder", batch: bench::BATCH, run: bench::autoencoder },
        Bench { model: "vae_digits", batch: bench::BATCH, run: bench::vae_digits },
        Bench { model: "vae_faces", batch: bench::BATCH, run: bench::vae_faces },
    ],
};
