//! A folder of the reader's own images, of any sizes and formats, in place of a data set.

use super::image_batches::ImageSource;
use super::image_files::ImageFiles;
use crate::metrics::NEIGHBOURS;
use crate::training::{DataInfo, Run};
use crate::{note, say};
use anyhow::{Context, Result, ensure};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tch::{Kind, Tensor};

/// Endings of image files, in any case.
const ENDINGS: [&str; 9] = ["jpg", "jpeg", "png", "webp", "gif", "bmp", "tif", "tiff", "pgm"];
/// At most one of so many images is held out.
const HELD_OUT_OF: usize = 5;
/// The fewest images that can be held out: precision and recall compare each with its neighbours.
const FEWEST_HELD_OUT: usize = NEIGHBOURS as usize + 1;
/// The fewest images of a folder: enough to hold some out.
const FEWEST: usize = HELD_OUT_OF * FEWEST_HELD_OUT;
/// Number of unreadable files that a message names.
const NAMED: usize = 10;

/// The image files of a folder.
#[derive(Debug, Clone)]
pub struct OwnImages {
    /// The files, sorted by name.
    pub paths: Vec<PathBuf>,
    /// Their origin, for the run.
    pub info: DataInfo,
}

impl OwnImages {
    /// Lists a folder.
    ///
    /// # Errors
    /// It is missing, is a file, cannot be read, or has fewer than 20 images.
    pub fn find(dir: &Path) -> Result<OwnImages> {
        let paths = list(dir)?;
        let count = paths.len();
        ensure!(count >= FEWEST, "{} has {count} images; {FEWEST} are the least", dir.display());
        Ok(OwnImages { info: info(dir, &paths)?, paths })
    }

    /// Lists the folder that a run learned from.
    ///
    /// # Errors
    /// As [`OwnImages::find`], or it has other images now.
    pub fn of_run<C>(run: &Run<C>, dir: &Path) -> Result<OwnImages> {
        let own = OwnImages::find(dir)?;
        let place = run.folder.path.display();
        let is_same = own.info.checksum == run.params.data.checksum;
        ensure!(is_same, "{place} learned from other images than those in {} now: train a new run", dir.display());
        Ok(own)
    }
}

/// What a run records about images of a folder; figures name the folder.
///
/// # Errors
/// A file cannot be looked at.
pub fn info(dir: &Path, paths: &[PathBuf]) -> Result<DataInfo> {
    let title = format!("own images: {}", name(dir));
    DataInfo::of_files(&title, &format!("the folder {}", dir.display()), paths.iter().map(PathBuf::as_path))
}

/// The name of a folder.
fn name(dir: &Path) -> String {
    let resolved = dir.canonicalize().unwrap_or_default(); // `.` and `..` are no names
    let name = dir.file_name().or_else(|| resolved.file_name());
    name.map_or_else(|| dir.display().to_string(), |name| name.to_string_lossy().into_owned())
}

/// The images in a folder, sorted by name: files whose names end as those of images do. Folders in it are not searched.
///
/// # Errors
/// As [`entries`], or it has none.
pub fn list(dir: &Path) -> Result<Vec<PathBuf>> {
    let mut paths = entries(dir)?;
    paths.retain(|path| {
        let ending = path.extension().map(|ending| ending.to_string_lossy().to_lowercase());
        path.is_file() && ending.is_some_and(|ending| ENDINGS.contains(&ending.as_str()))
    });
    ensure!(
        !paths.is_empty(),
        "{} has no images (files that end in {}); folders in it are not searched",
        dir.display(),
        ENDINGS.join(", ")
    );
    Ok(paths)
}

/// What a folder holds, without hidden files, sorted by name.
///
/// # Errors
/// It is missing, is a file, or cannot be read.
pub fn entries(dir: &Path) -> Result<Vec<PathBuf>> {
    ensure!(!dir.is_file(), "'{}' is a file: give the folder that holds the images", dir.display());
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

/// Images of one size to learn from, and others to measure with.
#[derive(Debug)]
pub struct ImageSets {
    /// To learn from.
    pub train: ImageSource,
    /// Held out.
    pub held_out: ImageSource,
}

/// The first `most` images, as [`read`] reads them.
///
/// # Errors
/// As [`read`].
pub fn first(paths: &[PathBuf], shape: [usize; 3], most: usize) -> Result<ImageSource> {
    let readable = read(&paths[..most.min(paths.len())], shape)?;
    say!("data: {} images to learn from", readable.len());
    readable.source(0..readable.len())
}

/// The first `images` files to learn from, and the last `held_out` ones, at most a fifth of all, to measure with; as
/// [`read`] reads them.
///
/// # Errors
/// As [`read`], or too few can be read.
pub fn split(paths: &[PathBuf], shape: [usize; 3], images: usize, held_out: usize) -> Result<ImageSets> {
    let held_out = held_out.min(paths.len() / HELD_OUT_OF);
    let images = images.min(paths.len() - held_out);
    let chosen = [&paths[..images], &paths[paths.len() - held_out..]].concat();
    let readable = read(&chosen, shape)?;
    let learned = readable.rows.partition_point(|row| *row < images);
    let held_out = readable.len() - learned;
    ensure!(
        learned > 0 && held_out >= FEWEST_HELD_OUT,
        "{learned} images to learn from and {held_out} to measure with can be read; 1 and {FEWEST_HELD_OUT} are the least"
    );
    say!("data: {learned} images to learn from, {held_out} held out");
    Ok(ImageSets { train: readable.source(0..learned)?, held_out: readable.source(learned..readable.len())? })
}

/// Those images that can be read, of one size.
#[derive(Debug)]
pub struct Readable {
    /// Their numbers among the files.
    pub rows: Vec<usize>,
    paths: Vec<PathBuf>,
    shape: [usize; 3],
    /// `[n, height, width, channels]`; `None` if they need too much memory.
    bytes: Option<Tensor>,
}

/// Decodes files once, cut to the proportions of `shape` (height, width, channels) from their middle, and scaled. Those
/// that cannot be read are left out; one message names them.
///
/// # Errors
/// None can be read.
pub fn read(paths: &[PathBuf], shape: [usize; 3]) -> Result<Readable> {
    let keep = ImageSource::fits_in_memory(paths.len(), shape);
    let (mut rows, mut kept, mut unreadable) = (vec![], vec![], vec![]);
    for (row, image) in Arc::new(ImageFiles::new(paths.to_vec(), shape)?.cropped()).decoded().enumerate() {
        match image? {
            Ok(bytes) => {
                rows.push(row);
                if keep {
                    kept.push(bytes);
                }
            }
            Err(error) => unreadable.push(format!("{} ({})", paths[row].display(), error.root_cause())),
        }
    }
    ensure!(!rows.is_empty(), "none of the {} images can be read: {}", paths.len(), some(&unreadable));
    if !unreadable.is_empty() {
        note!("skipped {} of {} images, unreadable: {}", unreadable.len(), paths.len(), some(&unreadable));
    }
    let paths = rows.iter().map(|&row| paths[row].clone()).collect();
    Ok(Readable { rows, paths, shape, bytes: keep.then(|| Tensor::stack(&kept, 0)) })
}

/// The first names, and how many more there are.
fn some(names: &[String]) -> String {
    let shown = names[..names.len().min(NAMED)].join(", ");
    match names.len().saturating_sub(NAMED) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

impl Readable {
    /// Number of images.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Always false: at least one image can be read.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Some of the images, counted without the unreadable ones: in memory, or in files if all of them need too much of
    /// it.
    ///
    /// # Errors
    /// The range is empty.
    pub fn source(&self, range: Range<usize>) -> Result<ImageSource> {
        Ok(match &self.bytes {
            Some(bytes) => {
                ensure!(!range.is_empty(), "there are no images");
                let some = bytes.narrow(0, range.start as i64, range.len() as i64);
                ImageSource::Memory(some.to_kind(Kind::Float) / 255.0)
            }
            None => ImageSource::Files(self.files(range)?),
        })
    }

    /// The same as files, to be decoded on demand.
    ///
    /// # Errors
    /// The range is empty.
    pub fn files(&self, range: Range<usize>) -> Result<Arc<ImageFiles>> {
        let files = ImageFiles::new(self.paths[range].to_vec(), self.shape)?;
        Ok(Arc::new(files.cropped().replacing_unreadable()))
    }
}
