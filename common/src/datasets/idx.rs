//! The idx format of MNIST: a magic number, the sizes of the axes, the values; all big-endian.
//!
//! Specification: LeCun, Cortes and Burges, "The MNIST database of handwritten digits".

use anyhow::{Context, Result, bail, ensure};
use ndarray::{ArrayD, IxDyn};
use std::fs;
use std::path::Path;

/// Reads an idx file of unsigned bytes.
///
/// # Errors
/// The file is missing, is not an idx file of bytes, or its length does not match its header.
pub fn read(path: &Path) -> Result<ArrayD<u8>> {
    let bytes = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    parse(bytes).with_context(|| {
        format!("{} is damaged: move it away and fetch it again with `cargo book data fetch`", path.display())
    })
}

/// Reads idx from memory. Allocates no more than the given bytes, whatever the header says.
pub fn parse(mut bytes: Vec<u8>) -> Result<ArrayD<u8>> {
    let Some(&[a, b, kind, axes]) = bytes.first_chunk() else { bail!("too short for an idx header") };
    ensure!((a, b) == (0, 0), "does not start with idx' magic number");
    ensure!(kind == 0x08, "holds values of type {kind:#04x}; only unsigned bytes (0x08) are read");
    let header = 4 + 4 * axes as usize;
    ensure!(bytes.len() >= header, "ends within its header");
    let shape: Vec<usize> = bytes[4..header]
        .chunks_exact(4)
        .map(|size| u32::from_be_bytes([size[0], size[1], size[2], size[3]]) as usize)
        .collect();
    let values = shape.iter().try_fold(1usize, |product, &n| product.checked_mul(n));
    ensure!(values == Some(bytes.len() - header), "has {} values, but its header says {shape:?}", bytes.len() - header);
    bytes.drain(..header);
    Ok(ArrayD::from_shape_vec(IxDyn(&shape), bytes)?)
}
