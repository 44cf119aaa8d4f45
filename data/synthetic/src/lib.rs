#![doc = include_str!("../README.md")]

pub mod avatar;
pub mod celeba;
pub mod chorales;
pub mod coffee;
mod dice;
pub mod digits;
pub mod documents;
pub mod drawings;
pub mod fables;
pub mod format;
pub mod fruit;
mod grammar;
pub mod land;
pub mod landscapes;
mod noise;
mod paint;
pub mod paintings;
pub mod parallel;
mod pen;
pub mod preludes;
pub mod shapes;
pub mod soundfont;
mod unpaired;
mod vec3;
pub mod vectors;
pub mod vgg19;

use std::path::Path;

use anyhow::{Result, bail};

/// Runs a generator in its default configuration: it writes all files of its data set to the folder `dir`.
///
/// Generators are called like their modules: `celeba`, `chorales`, `coffee`, `digits`, `documents`, `fables`, `fruit`, `land`,
/// `landscapes`, `paintings`, `preludes`, `shapes`, `soundfont`, `vectors`, `vgg19`. Drawings also need a category:
/// `drawings/camel`.
///
/// # Errors
/// There is no such generator, or a file cannot be written.
pub fn write(generator: &str, dir: &Path) -> Result<()> {
    let (generator, category) = generator.split_once('/').unwrap_or((generator, ""));
    match generator {
        "celeba" => celeba::write(dir, &celeba::Config::default()),
        "chorales" => chorales::write(dir, &chorales::Config::default()),
        "coffee" => coffee::write(dir),
        "digits" => digits::write(dir, &digits::Config::default()),
        "documents" => documents::write(dir, &documents::Config::default()),
        "drawings" => drawings::write(dir, category, &drawings::Config::default()),
        "fables" => fables::write(dir, &fables::Config::default()),
        "fruit" => fruit::write(dir, &fruit::Config::default()),
        "land" => land::write(dir),
        "landscapes" => landscapes::write(dir, &landscapes::Config::default()),
        "paintings" => paintings::write(dir),
        "preludes" => preludes::write(dir, &preludes::Config::default()),
        "shapes" => shapes::write(dir, &shapes::Config::default()),
        "soundfont" => soundfont::write(dir),
        "vectors" => vectors::write(dir),
        "vgg19" => vgg19::write(dir),
        _ => bail!(
            "unknown generator `{generator}`: valid names are celeba, chorales, coffee, digits, documents, drawings/<category>, \
             fables, fruit, land, landscapes, paintings, preludes, shapes, soundfont, vectors and vgg19"
        ),
    }
}
