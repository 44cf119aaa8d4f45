//! The layout of CycleGAN's data sets: images of two domains without pairs, in the folders `trainA`, `trainB`, `testA`
//! and `testB`.

use std::path::Path;

use anyhow::Result;

use crate::dice::Dice;
use crate::format::jpeg::{self, Image};

/// One of the two domains.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Domain {
    /// The domain of `trainA` and `testA`.
    A,
    /// The domain of `trainB` and `testB`.
    B,
}

/// The name of an image's file, counted from 1: `00001.jpg`.
pub fn file_name(number: u64) -> String {
    format!("{number:05}.jpg")
}

/// Writes `train` and `test` images of each domain to the folder `dir`, on all cores.
pub(crate) fn write(
    dir: &Path,
    seed: u64,
    (train, test): (u64, u64),
    draw: impl Fn(Domain, &mut Dice) -> Image + Sync,
) -> Result<()> {
    let folders = [
        ("trainA", train, Domain::A),
        ("trainB", train, Domain::B),
        ("testA", test, Domain::A),
        ("testB", test, Domain::B),
    ];
    for (file, (folder, count, domain)) in (0..).zip(folders) {
        let draw = |number| draw(domain, &mut Dice::new(seed, file, number));
        jpeg::write_all(&dir.join(folder), count, file_name, draw)?;
    }
    Ok(())
}

/// Dice for an image that is in none of the folders.
pub(crate) fn apart(seed: u64, number: u64) -> Dice {
    Dice::new(seed, 4, number)
}
