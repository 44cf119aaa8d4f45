//! Chapter 4 of *Generative Deep Learning*: generative adversarial networks (pp. 125-159).

pub mod bench;
pub mod camel;
pub mod challenges;
pub mod cifar;
pub mod faces;
pub mod figures;
pub mod fit;
pub mod gan;
pub mod net;
pub mod networks;
pub mod quality;
pub mod real_images;
pub mod wgan;
pub mod wgangp;

use common::cli::{Bench, Chapter};

/// The chapter's experiments.
pub const CHAPTER: Chapter = Chapter {
    table: include_str!("../experiments.toml"),
    experiments: &[
        ("04_01", camel::train),
        ("04_02", cifar::train),
        ("04_03", faces::train),
        ("04_04", challenges::train),
    ],
    benches: &[
        Bench { model: "gan_camel", batch: 64, run: bench::gan_camel },
        Bench { model: "wgan_cifar", batch: 128, run: bench::wgan_cifar },
        Bench { model: "wgangp_faces_critic", batch: 64, run: bench::wgangp_faces_critic },
        Bench { model: "wgangp_faces_generator", batch: 64, run: bench::wgangp_faces_generator },
    ],
};
