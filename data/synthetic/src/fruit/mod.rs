//! Synthetic data for CycleGAN's apple2orange: still lifes of apples (domain A) and of oranges (domain B).
//!
//! Both domains have the same distribution of everything but the fruit itself: grounds, number, sizes, places, poses,
//! leaves, light. So only colour and texture of the fruit tell the domains apart, and a translation has to leave the
//! ground alone.
//!
//! A still life is a little scene in space, seen by a camera: solids on a ground in the light of one lamp.

mod apple;
mod ground;
mod orange;
mod scene;
mod solid;

use std::path::Path;

use anyhow::Result;

pub use crate::unpaired::{Domain, file_name};

use crate::format::jpeg::Image;
use crate::unpaired;
use scene::Scene;

/// Pixels along each side of an image.
pub const SIDE: u32 = 160;

/// Number of images, and the seed.
#[derive(Clone, Copy, Debug)]
pub struct Config {
    /// The same seed gives the same images, on any number of cores.
    pub seed: u64,
    /// Training images of each domain.
    pub train: u64,
    /// Test images of each domain.
    pub test: u64,
}

impl Default for Config {
    fn default() -> Config {
        Config { seed: 2017, train: 400, test: 40 }
    }
}

/// Writes apples to `trainA` and `testA`, oranges to `trainB` and `testB`, all in the folder `dir`.
///
/// # Errors
/// A file cannot be written.
pub fn write(dir: &Path, config: &Config) -> Result<()> {
    unpaired::write(dir, config.seed, (config.train, config.test), |domain, dice| Scene::new(domain, dice).draw(SIDE).0)
}

/// A still life, and whether each of its pixels shows fruit. The same seed and number give the same still life in both
/// domains: the true translation, which the data set itself does not contain.
pub fn image(domain: Domain, seed: u64, number: u64) -> (Image, Vec<bool>) {
    Scene::new(domain, &mut unpaired::apart(seed, number)).draw(SIDE)
}
