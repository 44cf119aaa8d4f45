use std::collections::BTreeMap;
use tch::Tensor;

/// Asserts that two sets of tensors, such as two checkpoints, have the same names and bit-equal values.
///
/// # Panics
/// They differ, or a value is NaN.
#[track_caller]
pub fn assert_equal(actual: &BTreeMap<String, Tensor>, expected: &BTreeMap<String, Tensor>) {
    assert_eq!(actual.keys().collect::<Vec<_>>(), expected.keys().collect::<Vec<_>>(), "names");
    for (name, tensor) in actual {
        let other = &expected[name];
        assert_eq!((tensor.size(), tensor.kind()), (other.size(), other.kind()), "{name}: shape and kind");
        assert!(tensor == other, "{name} differs");
    }
}
