//! CelebA and sets in its layout: aligned photographs of faces, and a table of binary attributes such as `Smiling`.
//!
//! Liu, Luo, Wang and Tang, "Deep Learning Face Attributes in the Wild", 2015.

use super::image_files::ImageFiles;
use anyhow::{Context, Result, ensure};
use data::celeba::{Images, Table};
use std::path::{Path, PathBuf};

const IMAGES: &str = "img_align_celeba";
const CSV: &str = "list_attr_celeba.csv";
const TXT: &str = "list_attr_celeba.txt";

/// Names and attributes of the images. The images stay on disk: [`CelebA::images`].
#[derive(Debug)]
pub struct CelebA {
    table: Table,
    /// The file of each row; of a missing image, where it would be.
    paths: Vec<PathBuf>,
}

impl CelebA {
    /// Reads the table in a data set's folder, `list_attr_celeba.csv` or the original `list_attr_celeba.txt`, as
    /// `cargo book data fetch` does, and finds the image of each row in `img_align_celeba`.
    ///
    /// # Errors
    /// The header or a row has the wrong form, or an image has no row or two; the message names file and line. A row
    /// without an image is an error only when that image is read.
    pub fn open(dir: &Path) -> Result<CelebA> {
        let path = [CSV, TXT].map(|name| dir.join(name)).into_iter().find(|path| path.exists());
        let path = path.with_context(|| format!("there is neither {CSV} nor {TXT} in {}", dir.display()))?;
        let table = Table::read(&path)?;
        let folder = dir.join(IMAGES);
        let Images { paths, extra } = Images::find(&table, &folder)?;
        ensure!(extra.is_empty(), "{} has no row for the image {}", path.display(), extra.join(", "));
        let due = table.names.iter().map(|name| folder.join(name));
        let paths = paths.into_iter().zip(due).map(|(path, due)| path.unwrap_or(due)).collect();
        Ok(CelebA { table, paths })
    }

    /// Number of images in the table.
    pub fn len(&self) -> usize {
        self.table.names.len()
    }

    /// Whether the table is empty.
    pub fn is_empty(&self) -> bool {
        self.table.names.is_empty()
    }

    /// Names of the attributes, in the table's order.
    pub fn attributes(&self) -> &[String] {
        &self.table.attributes
    }

    /// Whether each image has the attribute, in the table's order.
    ///
    /// # Errors
    /// The attribute is unknown; the message lists all of them.
    pub fn attribute(&self, name: &str) -> Result<Vec<bool>> {
        let column = self.attributes().iter().position(|known| known == name).with_context(|| {
            format!("unknown attribute '{name}'; the attributes are {}", self.attributes().join(", "))
        })?;
        Ok(self.table.rows.iter().map(|row| row >> column & 1 == 1).collect())
    }

    /// The row of an image by its name: `000238.jpg`.
    pub fn position(&self, name: &str) -> Option<usize> {
        self.table.names.iter().position(|known| known == name)
    }

    /// The name of an image.
    pub fn name(&self, row: usize) -> &str {
        &self.table.names[row]
    }

    /// The first `count` images, resized to height x width, in RGB.
    pub fn images(&self, count: usize, height: usize, width: usize) -> Result<ImageFiles> {
        let paths = self.paths.iter().take(count).cloned().collect();
        ImageFiles::new(paths, [height, width, 3])
    }
}
