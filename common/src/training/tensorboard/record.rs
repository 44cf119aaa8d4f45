//! The framing of TensorFlow's record files (TFRecord): each record has its length before it, and a checksum after both.

use crc::{CRC_32_ISCSI, Crc};

/// CRC-32C, the checksum with Castagnoli's polynomial.
static CRC_32C: Crc<u32> = Crc::<u32>::new(&CRC_32_ISCSI);

/// A record: length (u64), masked checksum of the length (u32), data, masked checksum of the data (u32), all little-endian.
pub(super) fn frame(data: &[u8]) -> Vec<u8> {
    let length = (data.len() as u64).to_le_bytes();
    let [length_crc, data_crc] = [length.as_slice(), data].map(|bytes| masked_crc(bytes).to_le_bytes());
    [length.as_slice(), length_crc.as_slice(), data, data_crc.as_slice()].concat()
}

/// A checksum as TensorFlow stores it (`tensorflow/core/lib/hash/crc32c.h`): masked, because checksums of data that
/// contains checksums are weak.
pub(super) fn masked_crc(bytes: &[u8]) -> u32 {
    CRC_32C.checksum(bytes).rotate_right(15).wrapping_add(0xa282_ead8)
}
