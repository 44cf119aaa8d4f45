//! NumPy's `.npz`: a zip archive of `.npy` arrays.

use crate::files;
use anyhow::{Context, Result, ensure};
use data::npy;
use ndarray::ArrayD;
use ndarray_npy::{NpzWriter, ViewElement, ViewNpyExt};
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{Cursor, Read, Seek};
use std::path::Path;
use zip::ZipArchive;

/// Limit for unpacked archives; the book's data is smaller.
const MAX_BYTES: u64 = 1 << 30;

/// An archive in memory. Arrays are decoded on demand.
#[derive(Debug)]
pub struct Npz {
    name: String,
    entries: BTreeMap<String, Vec<u8>>,
}

impl Npz {
    /// Reads an archive from a file.
    ///
    /// # Errors
    /// The file is missing, is not a zip archive, or has damaged entries.
    pub fn open(path: &Path) -> Result<Npz> {
        let file = File::open(path).with_context(|| format!("cannot read {}", path.display()))?;
        Npz::read(file, &path.display().to_string())
    }

    /// Reads an archive from memory.
    pub fn parse(bytes: &[u8]) -> Result<Npz> {
        Npz::read(Cursor::new(bytes), "the archive")
    }

    /// Writes f32 arrays as an archive.
    pub fn write(path: &Path, arrays: &[(&str, &ArrayD<f32>)]) -> Result<()> {
        let mut archive = NpzWriter::new(Cursor::new(vec![]));
        for (name, array) in arrays {
            archive.add_array(*name, array).with_context(|| format!("cannot encode the array {name}"))?;
        }
        let bytes = archive.finish().with_context(|| format!("cannot encode {}", path.display()))?.into_inner();
        files::write(path, &bytes)
    }

    fn read(source: impl Read + Seek, name: &str) -> Result<Npz> {
        let damaged = || format!("{name} is damaged or not an npz archive");
        let mut archive = ZipArchive::new(source).with_context(damaged)?;
        let mut entries = BTreeMap::new();
        let mut left = MAX_BYTES;
        for i in 0..archive.len() {
            let mut entry = archive.by_index(i).with_context(damaged)?;
            let mut bytes = vec![];
            entry.by_ref().take(left + 1).read_to_end(&mut bytes).with_context(damaged)?;
            left = left.checked_sub(bytes.len() as u64).with_context(|| format!("{name} unpacks to over 1 GiB"))?;
            let key = entry.name().trim_end_matches(".npy").to_string();
            entries.insert(key, bytes);
        }
        Ok(Npz { name: name.to_string(), entries })
    }

    /// Names of the arrays, sorted.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.entries.keys().map(String::as_str)
    }

    /// Decodes an array.
    ///
    /// # Errors
    /// There is no such array, it is damaged, or its values have another type.
    pub fn array<T: ViewElement + Clone>(&self, name: &str) -> Result<ArrayD<T>> {
        let entry = self.entries.get(name);
        let bytes = entry.with_context(|| format!("{} holds no array {name}", self.name))?;
        let failed = || format!("cannot read the array {name} of {}", self.name);
        check_header(bytes).with_context(failed)?;
        // A view checks the header against the actual bytes before anything is allocated.
        let view = ndarray::ArrayViewD::<T>::view_npy(bytes).with_context(failed)?;
        ensure!(view.ndim() <= 8, "{}: {} axes", failed(), view.ndim());
        Ok(view.to_owned())
    }
}

/// Checks what the decoder trusts: it allocates the length that a header claims, follows its brackets by recursion, and
/// panics at a shape that overflows beside an empty axis.
fn check_header(bytes: &[u8]) -> Result<()> {
    let (_, text) = npy::header(bytes)?;
    // A dictionary with a tuple. Arrays of records, which have more, are not read.
    ensure!(text.matches(['(', '[', '{']).count() == 2, "its header is not that of an array of numbers");
    let shape = npy::shape(&text)?;
    let values = shape.iter().filter(|size| **size > 0).try_fold(1u64, |values, size| values.checked_mul(*size));
    ensure!(values.is_some_and(|values| values <= MAX_BYTES), "its shape {shape:?} is too large");
    Ok(())
}
