use crate::arrays::array4;
use crate::images;
use crate::training::RunFolder;
use anyhow::{Context, Result, ensure};
use ndarray::{Array3, Axis, s};
use std::path::PathBuf;
use tch::Tensor;

/// Number of images in a row and in a column of a sheet.
pub const SIDE: i64 = 5;

/// A sheet of 5 x 5 samples saved during training: `images/sample_00020.png` (p. 141).
#[derive(Debug, Clone)]
pub struct Sheet {
    path: PathBuf,
    /// The iteration after which it was saved.
    pub iteration: u64,
}

impl Sheet {
    /// Saves 25 images `[25, height, width, channels]` in [0, 1].
    ///
    /// # Errors
    /// The number of images is different, or the file cannot be written.
    pub fn save(folder: &RunFolder, iteration: u64, images: &Tensor) -> Result<()> {
        let (n, height, width, channels) = images.size4().context("samples are [n, height, width, channels]")?;
        ensure!(n == SIDE * SIDE, "a sheet has {} samples, not {n}", SIDE * SIDE);
        // [row, column, height, width, channels] -> [row, height, column, width, channels]
        let rows = images.view([SIDE, SIDE, height, width, channels]).permute([0, 2, 1, 3, 4]);
        let sheet = array4(&rows.reshape([1, SIDE * height, -1, channels]))?;
        folder.save_sample(&format!("sample_{iteration:05}.png"), "samples", iteration, sheet.index_axis(Axis(0), 0))
    }

    /// All sheets of a run, in the order of training.
    pub fn all(folder: &RunFolder) -> Vec<Sheet> {
        let paths = folder.images().into_iter();
        paths
            .filter_map(|path| {
                let iteration = path.file_stem()?.to_str()?.strip_prefix("sample_")?.parse().ok()?;
                Some(Sheet { path, iteration })
            })
            .collect()
    }

    /// The sheet as an image `[height, width, channels]` in [0, 1].
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn load(&self) -> Result<Array3<f32>> {
        images::load(&self.path)
    }

    /// One image of a loaded sheet, counted row by row.
    pub fn cut(sheet: &Array3<f32>, number: usize) -> Array3<f32> {
        let side = SIDE as usize;
        let (height, width) = (sheet.dim().0 / side, sheet.dim().1 / side);
        let (top, left) = (number / side * height, number % side * width);
        sheet.slice(s![top..top + height, left..left + width, ..]).to_owned()
    }
}
