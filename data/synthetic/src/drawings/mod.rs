//! Synthetic data for Quick, Draw!: hasty drawings of ten categories.
//!
//! Each category has a function that plans the lines of one drawing from many random choices: the humps of a camel, the
//! pose of its head, the number of its legs. A simulated hand then misses the plan a bit. Size and place are those of
//! Google's bitmaps: centred, as large as the margins allow, with lines 1.5 pixels wide.

mod bicycle;
mod camel;
mod cat;
mod fish;
mod flower;
mod hand;
mod horse;
mod house;
mod legs;
mod plan;
mod sailboat;
mod sun;
mod tree;

use std::fs::File;
use std::io::BufWriter;
use std::path::Path;

use anyhow::{Context, Result};
use tiny_skia::Pixmap;

use crate::dice::Dice;
use crate::format::npy;
use crate::parallel;
use crate::pen::{self, Image, SIDE};
use plan::Plan;

/// Number of drawings, and the seed.
#[derive(Clone, Copy, Debug)]
pub struct Config {
    /// The same seed gives the same drawings, on any number of cores.
    pub seed: u64,
    /// Number of drawings of a category.
    pub drawings: usize,
}

impl Default for Config {
    /// A quarter of the camels that the book uses.
    fn default() -> Config {
        Config { seed: 2017, drawings: 20_000 }
    }
}

/// Plans one drawing of a category.
type Planner = fn(&mut Dice) -> Plan;

/// The categories and their planners. The random numbers depend on the position: add new categories at the end.
static CATEGORIES: [(&str, Planner); 10] = [
    ("camel", camel::plan),
    ("horse", horse::plan),
    ("cat", cat::plan),
    ("fish", fish::plan),
    ("house", house::plan),
    ("flower", flower::plan),
    ("sun", sun::plan),
    ("tree", tree::plan),
    ("bicycle", bicycle::plan),
    ("sailboat", sailboat::plan),
];

/// The names of all categories of this generator.
pub fn categories() -> impl Iterator<Item = &'static str> {
    CATEGORIES.iter().map(|(name, _)| *name)
}

/// Writes Quick, Draw!'s file of a category to the folder `dir`: `camel.npy`, bytes `[drawings, 784]`.
///
/// # Errors
/// The category is unknown, or the file cannot be written.
pub fn write(dir: &Path, category: &str, config: &Config) -> Result<()> {
    let place = categories().position(|name| name == category);
    let place = place.with_context(|| format!("there is no generator of `{category}` drawings"))?;
    let mut images = vec![[0; SIDE * SIDE]; config.drawings];
    parallel::pieces(&mut images, |first, piece| draw(config.seed, place, first, piece))?;
    let path = dir.join(format!("{category}.npy"));
    let file = File::create(&path).map(BufWriter::new);
    file.and_then(|file| npy::write(file, SIDE * SIDE, images.as_flattened()))
        .with_context(|| format!("cannot write {}", path.display()))
}

fn draw(seed: u64, place: usize, first: usize, piece: &mut [Image]) -> Result<()> {
    let mut paper = Pixmap::new(SIDE as u32, SIDE as u32).context("no memory for an image")?;
    for (i, image) in piece.iter_mut().enumerate() {
        let mut dice = Dice::new(seed, place as u64, (first + i) as u64);
        let plan = CATEGORIES[place].1(&mut dice);
        *image = pen::draw(&hand::draw(plan, &mut dice), &mut paper).map(|ink| ink as u8);
    }
    Ok(())
}
