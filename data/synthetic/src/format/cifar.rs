//! The binary format of CIFAR-10: one record per image, a label from 0 to 9 and then 32 x 32 bytes of red, of green and
//! of blue, each row by row from the top left. No header.

/// Pixels along each side of an image.
pub const SIDE: usize = 32;

/// Bytes of a record.
pub const RECORD: usize = 1 + 3 * SIDE * SIDE;

/// Number of classes: labels are smaller.
pub const CLASSES: u8 = 10;

/// The files with images: five for training, then one for testing.
pub const FILES: [&str; 6] = [
    "data_batch_1.bin",
    "data_batch_2.bin",
    "data_batch_3.bin",
    "data_batch_4.bin",
    "data_batch_5.bin",
    "test_batch.bin",
];

/// The file with the names of the classes, a line each, in the order of their labels.
pub const NAMES: &str = "batches.meta.txt";

/// A label and the image's bytes.
pub type Record = [u8; RECORD];

/// A record from a label and channels-last pixels, `[row][column][channel]`.
pub fn record(label: u8, pixels: &[u8]) -> Record {
    let mut record = [label; RECORD];
    for (i, pixel) in pixels.chunks_exact(3).take(SIDE * SIDE).enumerate() {
        for (channel, &value) in pixel.iter().enumerate() {
            record[1 + channel * SIDE * SIDE + i] = value;
        }
    }
    record
}
