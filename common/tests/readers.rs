//! The readers of idx and npz files: any bytes give data or an error, never a panic or more memory than they hold.

use common::datasets::{idx, mnist, npz::Npz};
use proptest::prelude::*;
use std::io::{Cursor, Write};

fn idx_file(shape: &[u32], values: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0, 0, 8, shape.len() as u8];
    shape.iter().for_each(|n| bytes.extend(n.to_be_bytes()));
    bytes.extend(values);
    bytes
}

fn npz_file(entries: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(Cursor::new(vec![]));
    for (name, bytes) in entries {
        zip.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

fn npy(array: &ndarray::ArrayD<f32>) -> Vec<u8> {
    let mut bytes = vec![];
    ndarray_npy::WriteNpyExt::write_npy(array, &mut bytes).unwrap();
    bytes
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn idx_takes_any_bytes(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = idx::parse(bytes);
    }

    #[test]
    fn idx_takes_any_shape(shape in prop::collection::vec(any::<u32>(), 0..6), values in prop::collection::vec(any::<u8>(), 0..50)) {
        let promised = shape.iter().try_fold(1u64, |product, &n| product.checked_mul(n.into()));
        let fits = promised == Some(values.len() as u64);
        prop_assert_eq!(idx::parse(idx_file(&shape, &values)).is_ok(), fits);
    }

    #[test]
    fn idx_reads_what_was_written(rows in 0u32..6, columns in 0u32..6, value in any::<u8>()) {
        let values = vec![value; (rows * columns) as usize];
        let array = idx::parse(idx_file(&[rows, columns], &values)).unwrap();
        prop_assert_eq!(array.shape(), &[rows as usize, columns as usize]);
        prop_assert!(array.iter().all(|&v| v == value));
    }

    #[test]
    fn npz_takes_any_bytes(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let _ = Npz::parse(&bytes);
    }

    #[test]
    fn npz_takes_any_entry(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let npz = Npz::parse(&npz_file(&[("x.npy", bytes)])).unwrap();
        let _ = npz.array::<f32>("x");
    }

    #[test]
    fn npz_survives_damage(at in 0usize..300, byte in any::<u8>(), length in 0usize..300) {
        let mut bytes = npz_file(&[("x.npy", npy(&ndarray::Array::ones(vec![3, 5])))]);
        let at = at % bytes.len();
        bytes[at] = byte;
        let _ = Npz::parse(&bytes).map(|npz| npz.array::<f32>("x"));
        bytes.truncate(length);
        let _ = Npz::parse(&bytes).map(|npz| npz.array::<f32>("x"));
    }

    #[test]
    fn npy_headers_promise_in_vain(rows in any::<u64>(), columns in any::<u64>()) {
        let header = format!("{{'descr': '<f4', 'fortran_order': False, 'shape': ({rows}, {columns}), }}");
        let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
        bytes.extend((header.len() as u16).to_le_bytes());
        bytes.extend(header.as_bytes());
        let npz = Npz::parse(&npz_file(&[("x.npy", bytes)])).unwrap();
        let promised = rows as u128 * columns as u128;
        prop_assert!(npz.array::<f32>("x").is_err() || promised == 0);
    }
}

#[test]
fn npz_reads_what_was_written() {
    let array = ndarray::Array::from_iter((0..6).map(|n| n as f32)).into_shape_with_order(vec![2, 3]).unwrap();
    let npz = Npz::parse(&npz_file(&[("x.npy", npy(&array))])).unwrap();
    assert_eq!(npz.names().collect::<Vec<_>>(), ["x"]);
    assert_eq!(npz.array::<f32>("x").unwrap(), array);
    assert!(format!("{:#}", npz.array::<u8>("x").unwrap_err()).contains("cannot read the array x"));
    assert!(format!("{:#}", npz.array::<f32>("y").unwrap_err()).contains("no array y"));
}

#[test]
fn mnist_names_the_file_that_is_wrong() {
    let folder = tempfile::tempdir().unwrap();
    let write = |file: &str, bytes: Vec<u8>| std::fs::write(folder.path().join(file), bytes).unwrap();
    let error = || format!("{:#}", mnist::train(folder.path()).unwrap_err());
    let (images, labels) = ("train-images-idx3-ubyte", "train-labels-idx1-ubyte");
    assert!(error().contains(images));
    write(images, idx_file(&[2, 28, 28], &[255; 2 * 784]));
    assert!(error().contains(labels));
    write(labels, idx_file(&[3], &[1, 2, 3]));
    assert!(error().contains("3 labels for 2 pictures"));
    write(labels, idx_file(&[2], &[1, 10]));
    assert!(error().contains("labels over 9"));
    write(labels, idx_file(&[2], &[1, 9]));
    let digits = mnist::train(folder.path()).unwrap();
    assert_eq!((digits.images.size(), digits.labels.size()), (vec![2, 28, 28, 1], vec![2]));
    assert_eq!(digits.images.max().double_value(&[]), 1.0);
    write(images, idx_file(&[2, 28, 28], &[0; 100]));
    assert!(error().contains(images) && error().contains("damaged"));
    write(images, idx_file(&[2, 20, 20], &[0; 800]));
    assert!(error().contains("20 x 20"));
}
