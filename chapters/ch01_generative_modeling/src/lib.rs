//! Chapter 1 of *Generative Deep Learning*: what generative modelling is (pp. 21-55).

pub mod autoencoder;
pub mod density;
pub mod fashion;
pub mod fashion_figures;
pub mod linear;
pub mod map_figures;
pub mod mixture;
pub mod multinomial;
pub mod naive_bayes;
pub mod outfits;
pub mod pixels;
pub mod random;
pub mod representation;
pub mod rules;
pub mod tin_figures;
pub mod tins;
pub mod world_map;

use common::cli::Chapter;

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
