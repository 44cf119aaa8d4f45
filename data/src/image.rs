//! Whether the file of an image is whole. Decoders fill in what is missing without a word.

use anyhow::{Context, Result, anyhow, bail, ensure};
use zune_jpeg::JpegDecoder;
use zune_jpeg::errors::DecodeErrors;
use zune_jpeg::zune_core::bytestream::ZCursor;

use crate::sniff;

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";

/// Maximum number of pixels of an image that is decoded: a header alone can claim many more.
pub const MOST_PIXELS: u64 = 1 << 26;

/// Checks that an image ends by its own markers. Its content says what it is, not its name. Data after the end is allowed,
/// as phones write it; so is a JPEG file without its end marker, if all its pixels are there.
///
/// # Errors
/// It is cut off, or it is no image; or it is a JPEG file of more than [`MOST_PIXELS`] without its end marker.
pub fn check(bytes: &[u8]) -> Result<()> {
    ensure!(!bytes.is_empty(), "it is empty");
    if bytes.starts_with(&[0xff, 0xd8]) {
        return jpeg(bytes);
    }
    if bytes.starts_with(PNG) {
        return png(bytes);
    }
    match sniff::foreign(bytes) {
        Some(kind) => bail!("it is {kind}, not an image"),
        None => Ok(()), // the decoder knows the others: WebP, GIF, BMP, TIFF, PNM
    }
}

/// Walks the chunks to the one that ends the image.
fn png(bytes: &[u8]) -> Result<()> {
    let mut at = PNG.len();
    loop {
        let head = bytes.get(at..at + 8).context("the file is truncated")?;
        let length = u32::from_be_bytes([head[0], head[1], head[2], head[3]]) as usize;
        at = at.saturating_add(length).saturating_add(12);
        ensure!(at <= bytes.len(), "the file is truncated");
        if &head[4..] == b"IEND" {
            return Ok(());
        }
    }
}

/// Walks the segments to the marker that ends the image. A thumbnail has an end marker of its own, but within a segment.
fn jpeg(bytes: &[u8]) -> Result<()> {
    let (mut at, mut scans) = (2, 0);
    // Between segments, and in the data of a scan, everything up to the next marker is skipped.
    while let Some(offset) = bytes.get(at..).and_then(|rest| rest.iter().position(|&byte| byte == 0xff)) {
        at += offset;
        while bytes.get(at) == Some(&0xff) {
            at += 1; // any number of 0xff may stand before a marker
        }
        let Some(&marker) = bytes.get(at) else { break };
        at += 1;
        match marker {
            0x00 | 0x01 | 0xd0..=0xd8 => {} // a 0xff of the data, or a marker without a segment
            0xd9 if scans > 0 => return Ok(()),
            0xd9 => bail!("the file ends before its pixels"),
            _ => {
                let Some(&[high, low]) = bytes.get(at..at + 2) else { break };
                at += usize::from(u16::from_be_bytes([high, low]));
                if at > bytes.len() {
                    break;
                }
                scans += usize::from(marker == 0xda);
            }
        }
    }
    ensure!(scans > 0, "the file is truncated");
    unended(bytes)
}

/// Whether a JPEG file without an end marker has all its pixels: then they do not depend on what follows. A decoder alone
/// does not tell, because it fills in what is missing.
fn unended(bytes: &[u8]) -> Result<()> {
    let half_a_marker = bytes.iter().rev().take_while(|&&byte| byte == 0xff).count();
    let bytes = &bytes[..bytes.len() - half_a_marker];
    let truncated = |error: DecodeErrors| anyhow!("the file is truncated ({error:?})");
    let followed_by = |byte: u8| -> Result<Vec<u8>> {
        let ended = [bytes, &[byte; 1 << 12], &[0xff, 0xd9]].concat();
        let mut decoder = JpegDecoder::new(ZCursor::new(ended));
        decoder.decode_headers().map_err(truncated)?;
        let (width, height) = decoder.dimensions().context("the file is truncated")?;
        ensure!((width * height) as u64 <= MOST_PIXELS, "the file of {width} x {height} pixels has no end marker");
        decoder.decode().map_err(truncated)
    };
    ensure!(followed_by(0x00)? == followed_by(0xa5)?, "the file is truncated");
    Ok(())
}
