//! The ORL database of faces: ten grey photographs, 92 x 112, of each of 40 people.
//!
//! Samaria and Harter, "Parameterisation of a Stochastic Model for Human Face Identification", 1994.

use super::image_files::ImageFiles;
use anyhow::{Result, bail};
use std::path::Path;

/// People in the set.
pub const PEOPLE: usize = 40;
/// Photographs of each.
pub const EACH: usize = 10;

/// The 400 photographs in grey, resized to height x width, ordered by person: row i shows person i / [`EACH`].
///
/// # Errors
/// A photograph is missing; the message names the first one.
pub fn images(dir: &Path, height: usize, width: usize) -> Result<ImageFiles> {
    let path = |i: usize| dir.join(format!("ORL_faces/s{}/{}.pgm", i / EACH + 1, i % EACH + 1));
    let paths: Vec<_> = (0..PEOPLE * EACH).map(path).collect();
    if let Some(missing) = paths.iter().find(|path| !path.is_file()) {
        bail!(
            "the photograph {} is missing: fetch the set again with `cargo book data fetch orl-faces`",
            missing.display()
        );
    }
    ImageFiles::new(paths, [height, width, 1])
}
