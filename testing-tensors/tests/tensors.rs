//! Fixtures keep the kinds of their arrays; near is as near as it says.

use ndarray::{Array, ArrayD, arr0, arr1, arr2};
use ndarray_npy::NpzWriter;
use std::collections::BTreeMap;
use std::fs::File;
use tch::{Kind, Tensor};
use testing_tensors::{Fixture, assert_equal, assert_near, assert_near_absolute, assert_near_relative};

/// Whether an assertion fails.
fn fails(check: impl FnOnce() + std::panic::UnwindSafe) -> bool {
    std::panic::catch_unwind(check).is_err()
}

#[test]
fn arrays_become_tensors_of_their_kind() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("case.npz");
    let mut npz = NpzWriter::new(File::create(&path).unwrap());
    let third = 1.0 / 3.0;
    npz.add_array("w/dense/kernel", &arr2(&[[1.0f32, 2.0, 3.0], [4.0, 5.0, 6.0]])).unwrap();
    npz.add_array("w/dense/bias", &arr1(&[third])).unwrap();
    npz.add_array("labels", &arr1(&[7i64, -1])).unwrap();
    npz.add_array("loss", &arr0(third)).unwrap();
    // As NumPy writes a transposed array: columns first.
    npz.add_array("columns_first", &arr2(&[[1.0f32, 2.0, 3.0], [4.0, 5.0, 6.0]]).t()).unwrap();
    npz.add_array("none", &Array::<f32, _>::zeros((0, 2))).unwrap();
    npz.finish().unwrap();

    let fixture = Fixture::open(&path);
    let names: Vec<&str> = fixture.names().collect();
    assert_eq!(names, ["columns_first", "labels", "loss", "none", "w/dense/bias", "w/dense/kernel"]);
    let kernel = fixture.tensor("w/dense/kernel");
    assert_eq!((kernel.kind(), kernel.size()), (Kind::Float, vec![2, 3]));
    assert_eq!(fixture.tensor("columns_first"), kernel.transpose(0, 1));
    assert_eq!(fixture.tensor("labels"), Tensor::from_slice(&[7i64, -1]));
    assert_eq!(fixture.tensor("none").size(), [0, 2]);
    assert_eq!((fixture.tensor("loss").kind(), fixture.number("loss")), (Kind::Double, third));
    let weights = fixture.below("w/");
    assert_eq!(weights.keys().collect::<Vec<_>>(), ["dense/bias", "dense/kernel"]);
    assert_eq!((weights["dense/bias"].kind(), weights["dense/bias"].double_value(&[0])), (Kind::Double, third));
    assert!(fixture.below("v/").is_empty());
    // What a test does to a tensor is not seen by the next that asks for it.
    let _ = fixture.tensor("labels").fill_(0);
    assert_eq!(fixture.tensor("labels").int64_value(&[0]), 7);
    assert!(fails(|| drop(fixture.tensor("other"))) && fails(|| assert_eq!(fixture.number("labels"), 7.0)));
}

#[test]
fn other_kinds_and_other_files_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("case.npz");
    let mut npz = NpzWriter::new(File::create(&path).unwrap());
    let array: ArrayD<u16> = ArrayD::zeros(vec![2]);
    npz.add_array("a", &array).unwrap();
    npz.finish().unwrap();
    assert!(fails(|| drop(Fixture::open(&path))));
    std::fs::write(&path, "no archive").unwrap();
    assert!(fails(|| drop(Fixture::open(&path))));
    assert!(fails(|| drop(Fixture::open(folder.path().join("absent.npz")))));
}

type Assertion = fn(&str, &Tensor, &Tensor, f64);

#[test]
fn errors_are_relative_to_what_each_assertion_says() {
    // The largest expected value, the error that is just taken with a tolerance of 1e-3, and one that is not.
    let cases: [(Assertion, f64, f64, f64); 6] = [
        (assert_near, 100.0, 0.099, 0.101),
        (assert_near, 0.01, 0.99e-3, 1.01e-3),
        (assert_near_relative, 100.0, 0.099, 0.101),
        (assert_near_relative, 0.01, 0.99e-5, 1.01e-5),
        (assert_near_absolute, 100.0, 0.99e-3, 1.01e-3),
        (assert_near_absolute, 0.01, 0.99e-3, 1.01e-3),
    ];
    for (i, (assertion, largest, taken, refused)) in cases.into_iter().enumerate() {
        let expected = Tensor::from_slice(&[0.0, -largest]);
        let off = |error: f64| Tensor::from_slice(&[error, -largest]);
        assertion("taken", &off(taken), &expected, 1e-3);
        assert!(fails(|| assertion("refused", &off(refused), &expected, 1e-3)), "case {i}");
        assert!(fails(|| assertion("NaN", &off(f64::NAN), &expected, 1e-3)), "case {i}");
        assert!(fails(|| assertion("NaN", &off(0.0), &off(f64::NAN), 1e-3)), "case {i}");
        assert!(fails(|| assertion("shape", &expected.get(1), &expected, 1e3)), "case {i}");
        assertion("empty", &expected.narrow(0, 0, 0), &expected.narrow(0, 0, 0), 0.0);
    }
    // A float32 result beside a float64 fixture.
    assert_near("kinds", &Tensor::from_slice(&[0.1f32]), &Tensor::from_slice(&[0.1f64]), 1e-8);
}

#[test]
fn sets_are_equal_bit_for_bit() {
    let set = |values: &[f32]| BTreeMap::from([("a".to_string(), Tensor::from_slice(values))]);
    assert_equal(&set(&[0.1]), &set(&[0.1]));
    let other = BTreeMap::from([("a".to_string(), Tensor::from_slice(&[0.5f64]))]);
    for (one, two) in [
        (set(&[0.1]), set(&[0.100_000_01])),
        (set(&[0.1]), set(&[0.1, 0.1])),
        (set(&[0.1]), BTreeMap::new()),
        (set(&[0.5]), other),
    ] {
        assert!(fails(std::panic::AssertUnwindSafe(|| assert_equal(&one, &two))), "{one:?} {two:?}");
    }
}
