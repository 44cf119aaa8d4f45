//! NumPy's format `.npy` of Python objects: tables of numbers of different lengths, as a pickle of protocol 2.

use std::io::Write;

use half::f16;

use super::npy::header;

/// Names that the pickle needs more than once, and the numbers under which it remembers them.
const RECONSTRUCT: &[u8] = b"cnumpy.core.multiarray\n_reconstruct\nq\x01";
const NDARRAY: &[u8] = b"cnumpy\nndarray\nq\x02";
const DTYPE: &[u8] = b"cnumpy\ndtype\nq\x04";
/// The arguments `(0,), 'b'` of a new array, and the call; then the mark of what fills it, which begins with a version.
const NEW_ARRAY: &[u8] = b"K\x00\x85U\x01b\x87R(K\x01";
/// Fills an array with what stands behind the mark.
const FILL: &[u8] = b"tb";

/// Writes a whole file: an array of arrays `[rows, N]` of 16-bit numbers.
///
/// # Errors
/// When `to` cannot be written.
pub fn write<const N: usize>(mut to: impl Write, tables: &[Vec<[f16; N]>]) -> std::io::Result<()> {
    to.write_all(&header("|O", &format!("({},)", tables.len())))?;
    to.write_all(&[b"\x80\x02", RECONSTRUCT, NDARRAY, NEW_ARRAY].concat())?;
    number(&mut to, tables.len())?;
    to.write_all(&[b"\x85", DTYPE].concat())?;
    // The type of objects: ('O8', 0, 1), filled with (3, '|', None, None, None, -1, -1, 63); not by columns; the list.
    to.write_all(b"U\x02O8K\x00K\x01\x87R(K\x03U\x01|NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK?tb\x89](")?;
    for (i, table) in tables.iter().enumerate() {
        to.write_all(&[b"h\x01h\x02", NEW_ARRAY].concat())?;
        number(&mut to, table.len())?;
        number(&mut to, N)?;
        to.write_all(b"\x86")?;
        match i {
            // The type of numbers: ('f2', 0, 1), filled with (3, '<', None, None, None, -1, -1, 0).
            0 => to.write_all(
                b"h\x04U\x02f2K\x00K\x01\x87Rq\x08(K\x03U\x01<NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb",
            )?,
            _ => to.write_all(b"h\x08")?,
        }
        let bytes: Vec<u8> = table.iter().flatten().flat_map(|number| number.to_le_bytes()).collect();
        to.write_all(b"\x89T")?;
        to.write_all(&(bytes.len() as u32).to_le_bytes())?;
        to.write_all(&bytes)?;
        to.write_all(FILL)?;
    }
    to.write_all(b"e")?;
    to.write_all(FILL)?;
    to.write_all(b".")
}

fn number(mut to: impl Write, number: usize) -> std::io::Result<()> {
    to.write_all(b"J")?;
    to.write_all(&(number as i32).to_le_bytes())
}
