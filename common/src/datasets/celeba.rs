//! CelebA and sets in its layout: aligned photographs of faces, and a table of binary attributes such as `Smiling`.
//!
//! Liu, Luo, Wang and Tang, "Deep Learning Face Attributes in the Wild", 2015.

use super::image_files::ImageFiles;
use anyhow::{Context, Result, bail, ensure};
use std::collections::{HashMap, HashSet};
use std::fs;
use std::path::{Path, PathBuf};

const IMAGES: &str = "img_align_celeba";
const CSV: &str = "list_attr_celeba.csv";
const TXT: &str = "list_attr_celeba.txt";

/// Names and attributes of the images. The images stay on disk: [`CelebA::images`].
#[derive(Debug)]
pub struct CelebA {
    folder: PathBuf,
    table: Table,
}

impl CelebA {
    /// Reads the table in a data set's folder, `list_attr_celeba.csv` or the original `list_attr_celeba.txt`, and
    /// compares it with the names in `img_align_celeba`.
    ///
    /// # Errors
    /// The header or a row has the wrong form, or an image has no row or two; the message names file and line. A row
    /// without an image is an error only when that image is read.
    pub fn open(dir: &Path) -> Result<CelebA> {
        let path = [CSV, TXT].map(|name| dir.join(name)).into_iter().find(|path| path.exists());
        let path = path.with_context(|| format!("there is neither {CSV} nor {TXT} in {}", dir.display()))?;
        let text = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
        let parsed = if path.ends_with(CSV) { Table::csv(&text) } else { Table::txt(&text) };
        let table = parsed.with_context(|| format!("{} is damaged", path.display()))?;
        let folder = dir.join(IMAGES);
        let failed = || format!("cannot read the folder {}", folder.display());
        let known: HashSet<&str> = table.names.iter().map(String::as_str).collect();
        for entry in fs::read_dir(&folder).with_context(failed)? {
            let name = entry.with_context(failed)?.file_name();
            let name = name.to_string_lossy();
            let counts = name.ends_with(".jpg") && !name.starts_with('.');
            ensure!(!counts || known.contains(&*name), "{} has no row for the image {name}", path.display());
        }
        Ok(CelebA { folder, table })
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
        let paths = self.table.names.iter().take(count).map(|name| self.folder.join(name)).collect();
        ImageFiles::new(paths, [height, width, 3])
    }
}

/// A table of attributes.
#[derive(Debug, Default)]
struct Table {
    attributes: Vec<String>,
    names: Vec<String>,
    /// One bit per attribute, the first one lowest.
    rows: Vec<u64>,
}

impl Table {
    /// A header `image_id,5_o_Clock_Shadow,...`, then rows `000001.jpg,-1,1,...`.
    fn csv(text: &str) -> Result<Table> {
        let mut lines = text.lines().enumerate().map(|(i, line)| (i + 1, line));
        let (_, header) = lines.next().context("it is empty")?;
        let mut columns = header.trim_start_matches('\u{feff}').split(',').map(str::trim);
        ensure!(columns.next() == Some("image_id"), "its header does not begin with image_id: {}", start(header));
        let mut table = Table::with_header(columns)?;
        for (number, line) in lines.filter(|(_, line)| !line.trim().is_empty()) {
            table.push(number, line.split(',').map(str::trim))?;
        }
        table.checked()
    }

    /// The number of rows, a header of names, then rows, all separated by blanks.
    fn txt(text: &str) -> Result<Table> {
        let mut lines = text.lines().enumerate().map(|(i, line)| (i + 1, line));
        let (_, count) = lines.next().context("it is empty")?;
        let count: usize = count
            .trim()
            .parse()
            .with_context(|| format!("its first line is not the number of images: {}", start(count)))?;
        let (_, header) = lines.next().context("it has no header")?;
        let mut table = Table::with_header(header.split_whitespace())?;
        for (number, line) in lines.filter(|(_, line)| !line.trim().is_empty()) {
            table.push(number, line.split_whitespace())?;
        }
        ensure!(table.names.len() == count, "its first line says {count} rows, but there are {}", table.names.len());
        table.checked()
    }

    fn with_header<'a>(names: impl Iterator<Item = &'a str>) -> Result<Table> {
        let attributes: Vec<String> = names.map(str::to_string).collect();
        ensure!((1..=64).contains(&attributes.len()), "its header has {} attributes", attributes.len());
        let valid = |name: &String| !name.is_empty() && name.parse::<f64>().is_err();
        let wrong = attributes.iter().find(|name| !valid(name));
        ensure!(wrong.is_none(), "its header has the invalid attribute name '{}'", wrong.map_or("", String::as_str));
        let distinct: HashSet<&String> = attributes.iter().collect();
        ensure!(distinct.len() == attributes.len(), "its header lists an attribute twice");
        Ok(Table { attributes, ..Table::default() })
    }

    fn push<'a>(&mut self, number: usize, mut fields: impl Iterator<Item = &'a str>) -> Result<()> {
        let name = fields.next().unwrap_or_default();
        let (mut bits, mut values) = (0, 0);
        for value in fields {
            ensure!(values < self.attributes.len(), "line {number} has more than {values} values");
            match value {
                "1" => bits |= 1 << values,
                "-1" | "0" => {}
                _ => bail!("line {number}: an attribute is 1 or -1, not '{}'", start(value)),
            }
            values += 1;
        }
        ensure!(
            values == self.attributes.len(),
            "line {number} has {values} values for {} attributes",
            self.attributes.len()
        );
        let plain = !name.is_empty() && !name.contains(['/', '\\']);
        ensure!(plain, "line {number} does not begin with an image name");
        self.names.push(name.to_string());
        self.rows.push(bits);
        Ok(())
    }

    fn checked(self) -> Result<Table> {
        ensure!(!self.names.is_empty(), "it has no rows");
        let mut seen = HashMap::new();
        for (row, name) in self.names.iter().enumerate() {
            if let Some(first) = seen.insert(name, row) {
                bail!("the image {name} has two rows, number {} and number {}", first + 1, row + 1);
            }
        }
        Ok(self)
    }
}

/// The start of a text, for messages.
fn start(text: &str) -> String {
    text.chars().take(40).collect()
}
