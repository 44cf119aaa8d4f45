//! The images that the GANs learn from: faces, or a folder of the reader's own.

use anyhow::{Result, ensure};
use common::cli::Context;
use common::datasets::celeba::CelebA;
use common::datasets::image_batches::ImageSource;
use common::datasets::image_files::ImageFiles;
pub use common::datasets::own_images::ImageSets;
use common::datasets::own_images::{self, OwnImages};
use common::training::DataInfo;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tch::Tensor;

/// The fewest images to learn from and to hold out.
const FEWEST: usize = 10;

/// Image files and where they come from.
#[derive(Debug)]
pub struct ImagePaths {
    /// All files.
    pub paths: Vec<PathBuf>,
    /// Whether they are the reader's own.
    own: bool,
    /// Their origin, for the run.
    pub info: DataInfo,
}

impl ImagePaths {
    /// The faces of CelebA, or the files of a folder.
    ///
    /// # Errors
    /// The data cannot be fetched, the folder cannot be read, or there are too few images.
    pub fn find(context: &Context, own: Option<&Path>) -> Result<ImagePaths> {
        let found = match own {
            None => {
                let set = context.data("celeba")?;
                let faces = CelebA::open(&set.dir)?;
                let files = faces.images(faces.len(), 1, 1)?;
                let paths = (0..files.len()).map(|row| files.path(row).to_path_buf()).collect();
                ImagePaths { paths, own: false, info: DataInfo::from(&set) }
            }
            Some(dir) => {
                let OwnImages { paths, info } = OwnImages::find(dir)?;
                ImagePaths { paths, own: true, info }
            }
        };
        let count = found.paths.len();
        ensure!(count >= FEWEST, "there are {count} images; {FEWEST} are the least: {}", found.info.origin);
        Ok(found)
    }

    /// The first `images` files to learn from, and the last `held_out` files, at most a fifth of all; cut to squares,
    /// and scaled to `side` pixels.
    ///
    /// # Errors
    /// None of the images can be read, or there are fewer than `batch_size` to learn from.
    pub fn split(&self, side: i64, images: usize, held_out: usize, batch_size: i64) -> Result<ImageSets> {
        let count = self.paths.len();
        let held_out = held_out.clamp(1, count / 5);
        let images = images.min(count - held_out);
        let enough = i64::try_from(images).is_ok_and(|images| images >= batch_size);
        ensure!(enough, "there are {images} images to learn from, fewer than batch_size {batch_size}");
        if self.own {
            return own_images::split(&self.paths, [side as usize, side as usize, 3], images, held_out);
        }
        let source = |paths: &[PathBuf]| source(paths.to_vec(), side as usize);
        Ok(ImageSets { train: source(&self.paths[..images])?, held_out: source(&self.paths[count - held_out..])? })
    }
}

/// Images in memory, or in files where they need too much of it.
fn source(paths: Vec<PathBuf>, side: usize) -> Result<ImageSource> {
    let (count, shape) = (paths.len(), [side, side, 3]);
    let files = ImageFiles::new(paths, shape)?.cropped().replacing_unreadable();
    let files = ImageSource::Files(Arc::new(files));
    if !ImageSource::fits_in_memory(count, shape) {
        return Ok(files);
    }
    let mut chunks: Vec<Tensor> = vec![];
    files.chunks(files.len(), |images| {
        chunks.push(images.shallow_clone());
        Ok(())
    })?;
    Ok(ImageSource::Memory(Tensor::cat(&chunks, 0)))
}
