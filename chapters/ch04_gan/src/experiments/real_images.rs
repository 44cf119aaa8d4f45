//! The reader's own images, in place of the sets of 04_02 and 04_03.

use anyhow::Result;
use common::datasets::image_batches::ImageSource;
use common::datasets::own_images::{self, ImageSets, OwnImages};
use common::training::DataInfo;
use std::path::Path;

/// Images to hold out: a thousand are compared with samples, a thousand with each other.
const HELD_OUT: usize = 2000;

/// Real images: those of a set, or the reader's own.
#[derive(Debug)]
pub struct RealImages {
    /// To learn from.
    pub train: ImageSource,
    /// Held out, of the reader's own only.
    pub held_out: Option<ImageSource>,
    /// Their origin, for the run.
    pub info: DataInfo,
}

impl RealImages {
    /// The first `most` images of a folder, cut to the proportions of `input_dim` (height, width, channels) and scaled;
    /// the last ones, at most a fifth, are held out.
    ///
    /// # Errors
    /// As [`OwnImages::find`] and [`own_images::split`].
    pub fn own(dir: &Path, input_dim: [i64; 3], most: usize) -> Result<RealImages> {
        let OwnImages { paths, info } = OwnImages::find(dir)?;
        let ImageSets { train, held_out } = own_images::split(&paths, input_dim.map(|n| n as usize), most, HELD_OUT)?;
        Ok(RealImages { train, held_out: Some(held_out), info })
    }
}
