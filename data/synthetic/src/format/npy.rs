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
    let shape = format!("({}, {columns})", rows.len() / columns);
    let text = format!("{{'descr': '|u1', 'fortran_order': False, 'shape': {shape}, }}");
    // The array begins at a multiple of 64 bytes, as NumPy has it.
    let width = (MAGIC.len() + 4 + text.len() + 1).next_multiple_of(64) - MAGIC.len() - 4 - 1;
    to.write_all(MAGIC)?;
    to.write_all(&[1, 0])?;
    to.write_all(&(width as u16 + 1).to_le_bytes())?;
    to.write_all(format!("{text:width$}\n").as_bytes())?;
    to.write_all(rows)
}
