//! Synthetic data for CycleGAN's monet2photo: landscapes, painted (domain A) and photographed (domain B).
//!
//! Both domains show the same kinds of scenes, drawn by the same code: sky, mountains, hills, meadows with flowers, lakes,
//! rivers, the sea, trees, houses, boats and bridges. A photograph shows the scene as it is. A painting is laid down in
//! brush strokes, in the colours of a palette in the manner of Monet.

mod building;
mod canvas;
mod land;
mod painting;
mod photograph;
mod scene;
mod tree;
mod water;
mod weather;

use std::path::Path;

use anyhow::Result;

pub use crate::unpaired::{Domain, file_name};

use crate::dice::Dice;
use crate::format::jpeg::Image;
use crate::unpaired;
use scene::Scene;

/// Pixels along each side of an image.
pub const SIDE: u32 = 256;

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
        Config { seed: 1840, train: 300, test: 40 }
    }
}

/// Writes paintings to `trainA` and `testA`, photographs to `trainB` and `testB`, all in the folder `dir`.
///
/// # Errors
/// A file cannot be written.
pub fn write(dir: &Path, config: &Config) -> Result<()> {
    unpaired::write(dir, config.seed, (config.train, config.test), draw)
}

/// A landscape. The same seed and number give the same scene in both domains: the true translation, which the data set
/// itself does not contain.
pub fn image(domain: Domain, seed: u64, number: u64) -> Image {
    draw(domain, &mut unpaired::apart(seed, number))
}

fn draw(domain: Domain, dice: &mut Dice) -> Image {
    let scene = Scene::new(dice);
    let canvas = scene.draw(SIDE as usize);
    let colors = match domain {
        Domain::A => painting::paint(&canvas, scene.horizon, dice),
        Domain::B => photograph::develop(&canvas, dice),
    };
    Image { width: SIDE, height: SIDE, rgb: colors.into_iter().flat_map(|color| color.bytes()).collect() }
}
