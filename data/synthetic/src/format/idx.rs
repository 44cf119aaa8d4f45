//! The idx format of MNIST: two zero bytes, the type (8 for unsigned bytes), the number of dimensions, each dimension
//! as a big-endian u32, then the bytes.

use std::io::Write;

/// Writes the header of an idx file of unsigned bytes; the bytes themselves follow it.
///
/// # Errors
/// When `to` cannot be written.
pub fn write_header(mut to: impl Write, dims: &[u32]) -> std::io::Result<()> {
    to.write_all(&[0, 0, 8, dims.len() as u8])?;
    dims.iter().try_for_each(|d| to.write_all(&d.to_be_bytes()))
}
