//! Texts: decoded from the encodings that text editors write, with one kind of line end.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail, ensure};
use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};

use crate::sniff;

/// Maximum length of a text in bytes.
const LONGEST: u64 = 1 << 30;

/// Reads a text in UTF-8, with or without a byte order mark, or in UTF-16. Line ends become `\n`.
///
/// # Errors
/// The file cannot be read, is empty or binary, is longer than 1 GiB, or has another encoding: the message names the
/// file, the first wrong byte, the probable encoding and the command that converts it.
pub fn read(path: &Path) -> Result<String> {
    let failed = || format!("cannot read {}", path.display());
    let length = fs::metadata(path).with_context(failed)?.len();
    ensure!(length <= LONGEST, "cannot use the text {}: it is longer than {LONGEST} bytes", path.display());
    let bytes = fs::read(path).with_context(failed)?;
    decode(&bytes).with_context(|| format!("cannot use the text {}", path.display()))
}

/// Decodes a text, as [`read`] does.
///
/// # Errors
/// As [`read`].
pub fn decode(bytes: &[u8]) -> Result<String> {
    if let Some(kind) = sniff::foreign(bytes) {
        bail!("it is {kind}, not plain text");
    }
    let text = match bytes {
        [0xff, 0xfe, 0, 0, ..] | [0, 0, 0xfe, 0xff, ..] => {
            bail!("it is in UTF-32: convert it with `iconv -f UTF-32 -t UTF-8 FILE > NEW_FILE`")
        }
        [0xff, 0xfe, rest @ ..] => utf16(rest, u16::from_le_bytes)?,
        [0xfe, 0xff, rest @ ..] => utf16(rest, u16::from_be_bytes)?,
        [0xef, 0xbb, 0xbf, rest @ ..] => utf8(rest, 3)?,
        // No byte order mark, but half of a Latin letter is 0.
        [first, 0, ..] if *first != 0 => utf16(bytes, u16::from_le_bytes)?,
        [0, first, ..] if *first != 0 => utf16(bytes, u16::from_be_bytes)?,
        _ => utf8(bytes, 0)?,
    };
    ensure!(!text.is_empty(), "it is empty");
    if let Some(position) = text.find('\0') {
        bail!("it is binary, not text: there is a zero in line {}", line_of(&text.as_bytes()[..position]));
    }
    Ok(text.replace("\r\n", "\n").replace('\r', "\n"))
}

/// UTF-8 that begins at this position of the file.
fn utf8(bytes: &[u8], start: usize) -> Result<String> {
    let valid = match str::from_utf8(bytes) {
        Ok(text) => return Ok(text.to_string()),
        Err(error) => error.valid_up_to(),
    };
    ensure!(!bytes.contains(&0), "it is binary, not text: it has zeros and bytes that are not UTF-8");
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(bytes, true);
    let encoding = detector.guess(None, Utf8Detection::Deny).name();
    bail!(
        "it is not UTF-8: byte 0x{:02x} at position {} in line {}; its encoding is probably {encoding}: convert it with \
         `iconv -f {encoding} -t UTF-8 FILE > NEW_FILE`",
        bytes[valid],
        start + valid,
        line_of(&bytes[..valid]),
    )
}

fn utf16(bytes: &[u8], word: fn([u8; 2]) -> u16) -> Result<String> {
    let (pairs, rest) = bytes.as_chunks();
    let words: Vec<u16> = pairs.iter().map(|pair| word(*pair)).collect();
    String::from_utf16(&words).ok().filter(|_| rest.is_empty()).context("its text in UTF-16 is damaged or cut off")
}

/// The number of the line, counted from 1, that follows these bytes.
fn line_of(bytes: &[u8]) -> usize {
    1 + bytes.iter().filter(|byte| **byte == b'\n').count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn usual_encodings_give_one_text() {
        let text = "Лиса, déjà vu\nGrapes 🍇\n";
        let dos = text.replace('\n', "\r\n");
        let little: Vec<u8> = dos.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = dos.encode_utf16().flat_map(u16::to_be_bytes).collect();
        let forms = [
            text.as_bytes().to_vec(),
            dos.as_bytes().to_vec(),
            text.replace('\n', "\r").into_bytes(),
            [b"\xef\xbb\xbf", dos.as_bytes()].concat(),
            [&[0xff, 0xfe], &little[..]].concat(),
            [&[0xfe, 0xff], &big[..]].concat(),
        ];
        for form in forms {
            assert_eq!(decode(&form).unwrap(), text);
        }
        let latin: Vec<u8> = "A fox\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(decode(&latin).unwrap(), "A fox\n");
    }

    #[test]
    fn what_is_no_text_is_named_with_the_cure() {
        let cyrillic = b"fables\n\xcb\xe8\xf1\xe8\xf6\xe0 \xe8 \xe2\xe8\xed\xee\xe3\xf0\xe0\xe4";
        let cases: [(&[u8], &str); 9] = [
            (b"", "it is empty"),
            (b"\xef\xbb\xbf", "it is empty"),
            (cyrillic, "byte 0xcb at position 7 in line 2; its encoding is probably windows-1251"),
            (cyrillic, "`iconv -f windows-1251 -t UTF-8 FILE > NEW_FILE`"),
            (b"one\ntwo\0three", "binary, not text: there is a zero in line 2"),
            (b"\x7fELF\x02\x01\0\0\xff", "binary"),
            (b"\xff\xfea\0b", "UTF-16 is damaged"),
            (b"\xff\xfe\0\0a\0\0\0", "iconv -f UTF-32"),
            (b"%PDF-1.7", "a PDF document, not plain text"),
        ];
        for (bytes, complaint) in cases {
            let error = format!("{:#}", decode(bytes).unwrap_err());
            assert!(error.contains(complaint), "no '{complaint}' in: {error}");
        }
    }
}
