//! Stand-ins: data of the very form of a real set, made on this machine, for whoever can't have the real one.

pub mod avatar;
pub mod celeba;
pub mod coffee;
mod dice;
pub mod digits;
pub mod drawings;
pub mod format;
pub mod land;
pub mod parallel;
mod pen;
pub mod shapes;

use std::path::Path;

use anyhow::{Result, bail};

/// Runs the generator of that name; it writes all files of its set to `dir`.
///
/// `drawings/camel` runs the generator `drawings` for the category `camel`.
pub fn write(generator: &str, dir: &Path) -> Result<()> {
    let (generator, category) = generator.split_once('/').unwrap_or((generator, ""));
    match generator {
        "digits" => digits::write(dir, &digits::Config::default()),
        "land" => land::write(dir),
        "celeba" => celeba::write(dir, &celeba::Config::default()),
        "shapes" => shapes::write(dir, &shapes::Config::default()),
        "drawings" => drawings::write(dir, category, &drawings::Config::default()),
        "coffee" => coffee::write(dir),
        _ => bail!("data/datasets.toml names a generator that isn't there: `{generator}`"),
    }
}
