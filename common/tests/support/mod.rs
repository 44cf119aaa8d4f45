//! Arrays that Python made, and how near to them is near enough; see `fixtures/README.md`.

#![allow(dead_code, reason = "no test needs all of it")]

use common::datasets::npz::Npz;
use std::path::PathBuf;
use tch::Tensor;

/// A file beside the fixtures.
pub fn path(file: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(file)
}

/// The fixture of a case.
pub fn open(case: &str) -> Npz {
    Npz::open(&path(&format!("{case}.npz"))).unwrap()
}

/// One array of it.
pub fn tensor(npz: &Npz, name: &str) -> Tensor {
    if let Ok(array) = npz.array::<i64>(name) {
        let shape: Vec<i64> = array.shape().iter().map(|&n| n as i64).collect();
        return Tensor::from_slice(array.as_standard_layout().as_slice().unwrap()).reshape(shape);
    }
    let array = npz.array::<f32>(name).unwrap();
    let shape: Vec<i64> = array.shape().iter().map(|&n| n as i64).collect();
    Tensor::from_slice(array.as_standard_layout().as_slice().unwrap()).reshape(shape)
}

/// Largest difference, relative to the largest expected value; at most 1e-4.
pub fn assert_close(what: &str, actual: &Tensor, expected: &Tensor) {
    assert_eq!(actual.size(), expected.size(), "{what}: shape");
    let scale = expected.abs().max().double_value(&[]).max(1e-6);
    let [actual, expected] = [actual, expected].map(|tensor| tensor.to_device(tch::Device::Cpu));
    let error = (&actual - &expected).abs().max().double_value(&[]) / scale;
    assert!(error <= 1e-4, "{what}: relative error {error:.2e}");
}
