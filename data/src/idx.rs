//! Length and header of files in MNIST's idx format.

use std::io::Read;

use anyhow::{Context, Result, ensure};

/// The length of an idx file of unsigned bytes.
pub(crate) fn length(dims: &[u32]) -> u64 {
    let header = 4 + 4 * dims.len() as u64;
    dims.iter().fold(1u64, |n, &d| n.saturating_mul(d.into())).saturating_add(header)
}

/// The dimensions in the header of an idx file of unsigned bytes.
pub(crate) fn read_header(mut from: impl Read) -> Result<Vec<u32>> {
    let mut word = [0; 4];
    from.read_exact(&mut word).context("it is too short for an idx file")?;
    ensure!(word[..3] == [0, 0, 8], "it is not an idx file of unsigned bytes");
    (0..word[3])
        .map(|_| {
            from.read_exact(&mut word).context("its idx header is truncated")?;
            Ok(u32::from_be_bytes(word))
        })
        .collect()
}
