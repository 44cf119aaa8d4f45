//! Synthetic data for CIFAR-10: ten classes of shapes and textures in colour, in CIFAR-10's binary format.
//!
//! A class is a shape (disk, ring, triangle, ...) or a texture (stripes, checks, dots). Place, size, rotation, colours and
//! background vary, but the figure is lighter than its background and not far from the middle. A single pixel says little
//! about the class: as with photographs, that is hard for a multilayer perceptron and easier for convolutions.

mod canvas;
mod figures;

use std::fs::File;
use std::io::Write;
use std::path::Path;

use anyhow::{Context, Result};

use crate::dice::Dice;
use crate::format::cifar::{self, Record};
use crate::parallel;
use figures::FIGURES;

/// Number of images, and the seed.
#[derive(Clone, Copy, Debug)]
pub struct Config {
    /// The same seed gives the same images, on any number of cores.
    pub seed: u64,
    /// Number of images in each of the six files.
    pub images: usize,
}

impl Default for Config {
    /// CIFAR-10's sizes.
    fn default() -> Config {
        Config { seed: 2009, images: 10_000 }
    }
}

/// Writes CIFAR-10's files to the folder `dir`: five for training, one for testing, and the names of the classes.
///
/// # Errors
/// A file cannot be written.
pub fn write(dir: &Path, config: &Config) -> Result<()> {
    for (file, name) in cifar::FILES.into_iter().enumerate() {
        let mut records = vec![[0; cifar::RECORD]; config.images];
        parallel::pieces(&mut records, |first, piece| {
            for (i, record) in piece.iter_mut().enumerate() {
                *record = image(&mut Dice::new(config.seed, file as u64, (first + i) as u64));
            }
            Ok(())
        })?;
        save(&dir.join(name), records.as_flattened())?;
    }
    let names: String = FIGURES.iter().map(|(name, _)| format!("{name}\n")).collect();
    save(&dir.join(cifar::NAMES), names.as_bytes())
}

fn image(dice: &mut Dice) -> Record {
    let label = dice.below(cifar::CLASSES);
    let (_, figure) = FIGURES[usize::from(label)];
    cifar::record(label, &canvas::paint(figure, dice))
}

fn save(path: &Path, bytes: &[u8]) -> Result<()> {
    let file = File::create(path).and_then(|mut file| file.write_all(bytes));
    file.with_context(|| format!("cannot write {}", path.display()))
}
