//! Chapter 4 of *Generative Deep Learning*: generative adversarial networks (pp. 125-159).

pub mod bench;
pub mod beyond;
pub mod experiments;
pub mod figures;
pub mod models;

use beyond::challenges;
use common::cli::{Bench, Chapter};
use experiments::{gan_camel, wgan_cifar, wgangp_faces};

/// The chapter's experiments.
pub const CHAPTER: Chapter = Chapter {
    table: include_str!("../experiments.toml"),
    experiments: &[
        ("04_01", gan_camel::train),
        ("04_02", wgan_cifar::train),
        ("04_03", wgangp_faces::train),
        ("04_04", challenges::train),
    ],
    benches: &[
        Bench { model: "gan_camel", batch: 64, run: bench::gan_camel },
        Bench { model: "wgan_cifar", batch: 128, run: bench::wgan_cifar },
        Bench { model: "wgangp_faces_critic", batch: 64, run: bench::wgangp_faces_critic },
        Bench { model: "wgangp_faces_generator", batch: 64, run: bench::wgangp_faces_generator },
    ],
};
