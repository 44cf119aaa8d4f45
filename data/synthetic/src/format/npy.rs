//! NumPy's format `.npy`, of two-dimensional arrays of unsigned bytes: a magic number, a version, the length of the
//! header, the header as the text of a Python dictionary, then the bytes row by row.

use std::io::Write;

/// What every file of this format begins with.
pub const MAGIC: &[u8] = b"\x93NUMPY";

/// Writes a whole file: an array whose rows have `columns` bytes each.
///
/// # Errors
/// When `to` cannot be written.
pub fn write(mut to: impl Write, columns: usize, rows: &[u8]) -> std::io::Result<()> {
    to.write_all(&header("|u1", &format!("({}, {columns})", rows.len() / columns)))?;
    to.write_all(rows)
}

/// The header of an array of a type and a shape, as Python writes them.
pub(super) fn header(kind: &str, shape: &str) -> Vec<u8> {
    let text = format!("{{'descr': '{kind}', 'fortran_order': False, 'shape': {shape}, }}");
    // The array begins at a multiple of 64 bytes, as NumPy has it.
    let width = (MAGIC.len() + 4 + text.len() + 1).next_multiple_of(64) - MAGIC.len() - 4 - 1;
    [MAGIC, &[1, 0], &(width as u16 + 1).to_le_bytes(), format!("{text:width$}\n").as_bytes()].concat()
}
