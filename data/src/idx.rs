//! The idx format of MNIST: two zero bytes, the type (8 for unsigned bytes), the number of dimensions, each dimension
//! as a big-endian u32, then the bytes.

use std::io::{Read, Write};

use anyhow::{Context, Result, ensure};

/// The length of an idx file of unsigned bytes.
pub(crate) fn length(dims: &[u32]) -> u64 {
    let header = 4 + 4 * dims.len() as u64;
    dims.iter().fold(1u64, |n, &d| n.saturating_mul(d.into())).saturating_add(header)
}

pub(crate) fn write_header(mut to: impl Write, dims: &[u32]) -> std::io::Result<()> {
    to.write_all(&[0, 0, 8, dims.len() as u8])?;
    dims.iter().try_for_each(|d| to.write_all(&d.to_be_bytes()))
}

/// The dimensions in the header of an idx file of unsigned bytes.
pub(crate) fn read_header(mut from: impl Read) -> Result<Vec<u32>> {
    let mut word = [0; 4];
    from.read_exact(&mut word).context("it is too short for an idx file")?;
    ensure!(word[..3] == [0, 0, 8], "it is no idx file of unsigned bytes");
    (0..word[3])
        .map(|_| {
            from.read_exact(&mut word).context("its idx header is cut off")?;
            Ok(u32::from_be_bytes(word))
        })
        .collect()
}
