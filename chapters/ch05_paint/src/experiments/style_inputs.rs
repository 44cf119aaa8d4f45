//! The images and the net of 05_03: from data sets, or the reader's own files.

use super::style_transfer::Config;
use crate::models::style_images::{Size, load};
use crate::models::vgg::Vgg19;
use crate::models::vgg_weights::VggWeights;
use crate::models::vgg16_edges::VGG16_EDGES;
use anyhow::{Context as _, Result};
use common::cli::Context;
use common::training::DataInfo;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use tch::Tensor;

/// The paintings of the data set `style`, with their titles.
pub const PAINTINGS: [(&str, &str); 3] = [
    ("starry_night", "The Starry Night"),
    ("the_scream", "The Scream"),
    ("shipwreck", "The Shipwreck of the Minotaur"),
];

/// An image file.
#[derive(Debug)]
struct Source {
    path: PathBuf,
    title: String,
    origin: String,
    synthetic: bool,
    checksum: String,
}

/// Content, style and net of a run, before the images are read in the run's size.
#[derive(Debug)]
pub struct Inputs {
    content: Source,
    style: Source,
    /// The net.
    pub vgg: Rc<Vgg19>,
    /// What the run records.
    pub info: DataInfo,
}

impl Inputs {
    /// Fetches or finds what the configuration names.
    ///
    /// # Errors
    /// A data set cannot be fetched, or a file cannot be read.
    pub fn new(context: &Context, config: &Config) -> Result<Inputs> {
        let content = match config.content.as_str() {
            "coffee" => {
                let set = context.data("coffee")?;
                Source { path: set.file("coffee.png"), ..Source::of_set(DataInfo::from(&set)) }
            }
            file => Source::of_file(file)?,
        };
        let style = match PAINTINGS.iter().find(|(name, _)| *name == config.style) {
            Some((name, title)) => {
                let set = context.data("style")?;
                let info = DataInfo::from(&set);
                let title =
                    if info.synthetic { format!("a synthetic painting, not {title}") } else { title.to_string() };
                Source { path: set.file(&format!("{name}.jpg")), title, ..Source::of_set(info) }
            }
            None => Source::of_file(&config.style)?,
        };
        let set = match config.vgg.as_str() {
            "" => Some(context.data_or("vgg19", VGG16_EDGES)?),
            VGG16_EDGES => Some(context.data(VGG16_EDGES)?),
            _ => None,
        };
        let weights = match &set {
            Some(set) => VggWeights::from_data(set)?,
            None => VggWeights::read(Path::new(&config.vgg))?,
        };
        let random = set.is_some_and(|set| set.origin.synthetic);
        let checksum = weights.fingerprint();
        let vgg = Rc::new(Vgg19::new(weights, context.device())?);
        let title = format!("{} · {} · {}", content.title, style.title, vgg.origin());
        let bytes =
            [content.checksum.as_bytes(), config.style.as_bytes(), style.checksum.as_bytes(), &checksum].concat();
        let info = DataInfo {
            origin: format!("{}; {}; {}", content.origin, style.origin, vgg.origin()),
            synthetic: content.synthetic || style.synthetic || random,
            ..DataInfo::own("style-transfer", &title, &bytes)
        };
        Ok(Inputs { content, style, vgg, info })
    }

    /// Content and style image of one size, `[height, width, 3]`, RGB in [0, 1]; `size` is their longer side.
    ///
    /// # Errors
    /// A file is no image, or too small.
    pub fn images(&self, size: i64) -> Result<[Tensor; 2]> {
        let content = load(&self.content.path, Size::Longer(size))?;
        let style = load(&self.style.path, Size::Exactly([content.size()[0], content.size()[1]]))?;
        Ok([content, style])
    }

    /// "A cup of coffee in the style of The Starry Night": for captions.
    pub fn describe(&self) -> String {
        let comma = if self.content.synthetic { "," } else { "" }; // its title says what it is not
        format!("{}{comma} in the style of {}", self.content.title, self.style.title)
    }
}

impl Source {
    fn of_set(info: DataInfo) -> Source {
        let DataInfo { title, origin, synthetic, checksum, .. } = info;
        Source { path: PathBuf::new(), title, origin, synthetic, checksum }
    }

    fn of_file(file: &str) -> Result<Source> {
        let path = PathBuf::from(file);
        let names = || PAINTINGS.map(|(name, _)| name).join(", ");
        let failed =
            || format!("cannot read the image '{file}': give a file, coffee (content), or one of {} (style)", names());
        let bytes = std::fs::read(&path).with_context(failed)?;
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let checksum = DataInfo::own("", "", &bytes).checksum;
        Ok(Source { path, title: name, origin: file.to_string(), synthetic: false, checksum })
    }
}
