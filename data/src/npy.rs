//! Header of files in NumPy's format `.npy`.
//!
//! Nothing is allocated that a header only claims: it has at most 64 KiB.

use std::io::Read;

use anyhow::{Context, Result, bail, ensure};
use synthetic::format::npy::MAGIC;

/// The content of a header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// Length of the header: offset of the first byte of the array.
    pub length: u64,
    /// Number of rows.
    pub rows: u64,
    /// Number of columns.
    pub columns: u64,
}

/// The length of a file with this header.
pub(crate) fn length(header: &Header) -> u64 {
    header.rows.saturating_mul(header.columns).saturating_add(header.length)
}

/// Reads a header's text, without blanks and with single quotes, and its length: the offset of the first byte of the
/// array.
///
/// # Errors
/// It is damaged, or longer than 64 KiB.
pub fn header(mut from: impl Read) -> Result<(u64, String)> {
    let mut start = [0; 8];
    from.read_exact(&mut start).context("it is too short for a NumPy file")?;
    ensure!(start.starts_with(MAGIC), "it is not a NumPy file");
    let mut size = [0; 4];
    let digits = if start[6] == 1 { 2 } else { 4 };
    from.read_exact(&mut size[..digits]).context("its NumPy header is truncated")?;
    let size = u32::from_le_bytes(size);
    let mut text = String::new();
    from.take(size.min(1 << 16).into()).read_to_string(&mut text).context("its NumPy header is not text")?;
    ensure!(text.len() as u64 == u64::from(size), "its NumPy header is truncated");
    text.retain(|c| !c.is_whitespace());
    let text = text.replace('"', "'"); // other writers than NumPy's
    Ok((8 + digits as u64 + u64::from(size), text))
}

/// The shape in a header's text, as [`header`] reads it.
///
/// # Errors
/// There is none, or a size in it is no whole number.
pub fn shape(text: &str) -> Result<Vec<u64>> {
    let shape = text.split("'shape':(").nth(1).and_then(|rest| rest.split(')').next());
    let shape = shape.context("its NumPy header has no shape")?;
    let sizes = shape.split(',').filter(|size| !size.is_empty());
    // Python 2 writes long numbers as `100L`.
    let number = |size: &str| {
        size.trim_end_matches('L').parse().with_context(|| format!("its NumPy array has the shape ({shape})"))
    };
    sizes.map(number).collect()
}

/// Reads a header.
///
/// # Errors
/// The header is damaged, or the array is not a two-dimensional array of unsigned bytes.
pub fn read_header(from: impl Read) -> Result<Header> {
    let (length, text) = header(from)?;
    let of_bytes = ["|u1", "<u1", ">u1", "=u1", "u1", "|B", "B"];
    let of_bytes = of_bytes.iter().any(|kind| text.contains(&format!("'descr':'{kind}'")));
    ensure!(of_bytes, "it is not a NumPy array of unsigned bytes");
    ensure!(text.contains("'fortran_order':False"), "its NumPy array is stored column by column, not row by row");
    let shape = shape(&text)?;
    let [rows, columns] = shape[..] else {
        bail!("its NumPy array has the shape {shape:?} instead of two dimensions");
    };
    Ok(Header { length, rows, columns })
}

#[cfg(test)]
mod tests {
    use synthetic::format::npy::write;

    use super::*;

    #[test]
    fn what_is_written_is_read() {
        for rows in [0, 1, 12, 123_456] {
            let mut bytes = vec![];
            write(&mut bytes, 3, &vec![7; 3 * rows]).unwrap();
            let header = read_header(&bytes[..]).unwrap();
            assert_eq!((header.rows, header.columns), (rows as u64, 3));
            assert_eq!(header.length % 64, 0);
            assert_eq!(length(&header), bytes.len() as u64);
            assert_eq!(bytes[header.length as usize - 1], b'\n');
        }
    }

    #[test]
    fn headers_of_other_writers_are_read() {
        let good = "{'descr': '|u1', 'fortran_order': False, 'shape': (5, 4), }";
        let forms = [
            good.replace("(5, 4)", "(5L, 4L)"),
            good.replace('\'', "\""),
            good.replace("|u1", "<u1"),
            good.replace("|u1", ">u1"),
            good.replace(", }", "}"),
            format!("{good}   \n"),
        ];
        for text in forms {
            let bytes = [MAGIC, &[1, 0], &(text.len() as u16).to_le_bytes(), text.as_bytes()].concat();
            let header = read_header(&bytes[..]).unwrap();
            assert_eq!((header.rows, header.columns, header.length), (5, 4, 10 + text.len() as u64), "{text}");
        }
    }

    #[test]
    fn other_arrays_are_refused() {
        let file = |text: &str| [MAGIC, &[1, 0], &(text.len() as u16).to_le_bytes(), text.as_bytes()].concat();
        let good = "{'descr': '|u1', 'fortran_order': False, 'shape': (5, 4), }";
        read_header(&file(good)[..]).unwrap();
        let cases = [
            (file(&good.replace("|u1", "<f4")), "unsigned bytes"),
            (file(&good.replace("|u1", "|i1")), "unsigned bytes"),
            (file(&good.replace("False", "True")), "row by row"),
            (file(&good.replace("(5, 4)", "(5,)")), "two dimensions"),
            (file(&good.replace("(5, 4)", "(5, 4, 3)")), "two dimensions"),
            (file(&good.replace("(5, 4)", "(-5, 4)")), "shape (-5,4)"),
            (file(&good.replace("shape", "size")), "no shape"),
            (file(good)[..9].to_vec(), "truncated"),
            (file(good)[..30].to_vec(), "truncated"),
            (b"\x93NUM".to_vec(), "too short"),
            (vec![1; 100], "not a NumPy file"),
            ([MAGIC, &[1, 0, 4, 0, 255, 255, 255, 255]].concat(), "not text"),
        ];
        for (bytes, complaint) in cases {
            let error = format!("{:#}", read_header(&bytes[..]).unwrap_err());
            assert!(error.contains(complaint), "no '{complaint}' in: {error}");
        }
    }
}
