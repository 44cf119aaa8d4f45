//! An image file of any format, decoded and resized as for training.
#![no_main]

use common::datasets::image_files::ImageFiles;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let files = ImageFiles::new(vec![fuzz::file("image", bytes)], [8, 8, 3]).expect("the shape is valid");
    let _ = files.load([0]);
});
