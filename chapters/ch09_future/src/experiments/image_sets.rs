//! The images that the GANs learn from: faces, or a folder of the reader's own.

use anyhow::{Context as _, Result, ensure};
use common::cli::Context;
use common::datasets::celeba::CelebA;
use common::datasets::image_batches::ImageSource;
use common::datasets::image_files::ImageFiles;
use common::training::DataInfo;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tch::Tensor;

/// Endings of image files, in any case.
const ENDINGS: [&str; 9] = ["jpg", "jpeg", "png", "webp", "gif", "bmp", "tif", "tiff", "pgm"];
/// The fewest images to learn from and to hold out.
const FEWEST: usize = 10;
/// Images whose values take no more bytes than this are kept in memory.
const MEMORY: usize = 1 << 30;

/// Image files and where they come from.
#[derive(Debug)]
pub struct ImagePaths {
    /// All files.
    pub paths: Vec<PathBuf>,
    /// Their origin, for the run.
    pub info: DataInfo,
}

/// Images of one size to learn from, and others to measure with.
#[derive(Debug)]
pub struct ImageSets {
    /// To learn from.
    pub train: ImageSource,
    /// Held out.
    pub held_out: ImageSource,
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
                ImagePaths { paths, info: DataInfo::from(&set) }
            }
            Some(dir) => {
                let paths = list(dir)?;
                let origin = format!("the folder {}", dir.display());
                let info = DataInfo::of_files("your images", &origin, paths.iter().map(PathBuf::as_path))?;
                ImagePaths { paths, info }
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
        let source = |paths: &[PathBuf]| source(paths.to_vec(), side as usize);
        Ok(ImageSets { train: source(&self.paths[..images])?, held_out: source(&self.paths[count - held_out..])? })
    }
}

/// Images in memory, or in files where they need too much of it.
fn source(paths: Vec<PathBuf>, side: usize) -> Result<ImageSource> {
    let bytes = paths.len().saturating_mul(side * side * 3 * size_of::<f32>());
    let files = ImageFiles::new(paths, [side, side, 3])?.cropped().replacing_unreadable();
    let files = ImageSource::Files(Arc::new(files));
    if bytes > MEMORY {
        return Ok(files);
    }
    let mut chunks: Vec<Tensor> = vec![];
    files.chunks(files.len(), |images| {
        chunks.push(images.shallow_clone());
        Ok(())
    })?;
    Ok(ImageSource::Memory(Tensor::cat(&chunks, 0)))
}

/// The images of a folder, sorted by name.
///
/// # Errors
/// It cannot be read, or has none.
pub fn list(dir: &Path) -> Result<Vec<PathBuf>> {
    let mut paths = entries(dir)?;
    paths.retain(|path| {
        let ending = path.extension().map(|ending| ending.to_string_lossy().to_lowercase());
        path.is_file() && ending.is_some_and(|ending| ENDINGS.contains(&ending.as_str()))
    });
    ensure!(!paths.is_empty(), "{} has no images (files that end in {})", dir.display(), ENDINGS.join(", "));
    Ok(paths)
}

/// What a folder holds, without hidden files, sorted by name.
///
/// # Errors
/// It cannot be read.
pub fn entries(dir: &Path) -> Result<Vec<PathBuf>> {
    let failed = || format!("cannot read the folder '{}'", dir.display());
    let mut paths = vec![];
    for entry in std::fs::read_dir(dir).with_context(failed)? {
        let path = entry.with_context(failed)?.path();
        if !path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.')) {
            paths.push(path);
        }
    }
    paths.sort();
    Ok(paths)
}
