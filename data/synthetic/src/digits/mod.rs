//! Synthetic data for MNIST: handwritten digits.
//!
//! Each digit has a few skeletons, the ways in which people write it. The generator picks one, moves its points, bends,
//! slants and rotates it, and draws it with a pen of random width and pressure. As in MNIST, the digit is scaled into a
//! box of 20 x 20 pixels, with its centre of mass at the image's centre. The files have MNIST's names and format.

mod hand;
mod ink;
mod skeletons;

use std::fs::File;
use std::io::Write;
use std::path::Path;

use anyhow::{Context, Result};
use tiny_skia::Pixmap;

use crate::dice::Dice;
use crate::format::idx;
use crate::parallel;
use crate::pen::{Image, SIDE};

/// Number of digits, and the seed.
#[derive(Clone, Copy, Debug)]
pub struct Config {
    /// The same seed gives the same images, on any number of cores.
    pub seed: u64,
    /// Training images.
    pub train: u32,
    /// Test images.
    pub test: u32,
}

impl Default for Config {
    /// MNIST's sizes.
    fn default() -> Config {
        Config { seed: 1998, train: 60_000, test: 10_000 }
    }
}

/// Writes MNIST's four files, uncompressed, to the folder `dir`: images as idx `[n, 28, 28]`, labels 0 to 9 as idx `[n]`.
///
/// # Errors
/// A file cannot be written.
pub fn write(dir: &Path, config: &Config) -> Result<()> {
    for (part, name, count) in [(0, "train", config.train), (1, "t10k", config.test)] {
        let digits = draw(config.seed, part, count as usize)?;
        let side = SIDE as u32;
        let images = digits.iter().flat_map(|(_, image)| image).copied().collect();
        save(&dir.join(format!("{name}-images-idx3-ubyte")), &[count, side, side], images)?;
        let labels = digits.iter().map(|(label, _)| *label).collect();
        save(&dir.join(format!("{name}-labels-idx1-ubyte")), &[count], labels)?;
    }
    Ok(())
}

/// Draws on all cores; every image depends only on its own number.
fn draw(seed: u64, part: u64, count: usize) -> Result<Vec<(u8, Image)>> {
    let mut digits = vec![(0, [0; SIDE * SIDE]); count];
    parallel::pieces(&mut digits, |first, piece| draw_piece(seed, part, first, piece))?;
    Ok(digits)
}

fn draw_piece(seed: u64, part: u64, first: usize, piece: &mut [(u8, Image)]) -> Result<()> {
    let mut paper = Pixmap::new(SIDE as u32, SIDE as u32).context("no memory for an image")?;
    for (i, (label, image)) in piece.iter_mut().enumerate() {
        let mut dice = Dice::new(seed, part, (first + i) as u64);
        *label = dice.below(10);
        *image = ink::draw(&hand::write(*label, &mut dice), &mut paper, &mut dice);
    }
    Ok(())
}

fn save(path: &Path, dims: &[u32], bytes: Vec<u8>) -> Result<()> {
    let mut file = File::create(path).with_context(|| format!("cannot write {}", path.display()))?;
    idx::write_header(&mut file, dims)
        .and_then(|()| file.write_all(&bytes))
        .with_context(|| format!("cannot write {}", path.display()))
}
