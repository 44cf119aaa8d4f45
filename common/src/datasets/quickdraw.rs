//! Quick, Draw!: drawings by the players of a game, 28 × 28, white lines on black, a NumPy file per category.
//!
//! Jongejan et al., "The Quick, Draw! Dataset", Google 2017.

use anyhow::{Context, Result, ensure};
use data::DataSet;
use ndarray::{ArrayView2, Axis};
use ndarray_npy::ViewNpyExt;
use std::fs;
use std::path::Path;
use tch::{Kind, Tensor};

/// Pixels along each side.
const SIDE: usize = 28;

/// The first `count` drawings of a category, `[count, 28, 28, 1]`, f32 in [0, 1]: Keras' layout. `set` is one of the
/// sets `quickdraw/...`.
///
/// # Errors
/// The file is missing, damaged or of another form, or it has fewer drawings.
pub fn drawings(set: &DataSet, count: i64) -> Result<Tensor> {
    let (path, found) = open(set)?;
    let n = found.size()[0];
    ensure!(n >= count, "{} holds {n} drawings, and {count} were asked for", path.display());
    Ok(found.narrow(0, 0, count).to_kind(Kind::Float) / 255.0)
}

/// The category that a set holds: `camel`.
pub fn category(set: &DataSet) -> &str {
    set.name.rsplit('/').next().unwrap_or(&set.name)
}

/// All drawings as they lie in the file, uint8 `[n, 28, 28, 1]`.
fn open(set: &DataSet) -> Result<(std::path::PathBuf, Tensor)> {
    let path = set.file(&format!("{}.npy", category(set)));
    let bytes = fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
    let pictures = parse(&bytes).with_context(|| damaged(&path))?;
    let pixels = pictures.as_slice().with_context(|| damaged(&path))?;
    let side = SIDE as i64;
    let n = pictures.len_of(Axis(0)) as i64;
    Ok((path, Tensor::from_slice(pixels).view([n, side, side, 1])))
}

fn damaged(path: &Path) -> String {
    format!("{} is damaged: delete its folder and fetch it again with `cargo book data fetch`", path.display())
}

/// Reads a NumPy file from memory: a drawing in each row, `[n, 784]`. Copies nothing.
///
/// # Errors
/// The bytes are no NumPy file of unsigned bytes, or its rows are no drawings.
pub fn parse(bytes: &[u8]) -> Result<ArrayView2<'_, u8>> {
    let rows = ArrayView2::<u8>::view_npy(bytes).context("no NumPy file of bytes in two dimensions")?;
    let width = rows.len_of(Axis(1));
    ensure!(width == SIDE * SIDE, "its rows have {width} values, not {SIDE} x {SIDE}");
    ensure!(rows.is_standard_layout(), "its values lie column by column");
    Ok(rows)
}
