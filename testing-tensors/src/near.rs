use tch::{Device, Kind, Tensor};

/// Asserts equal shapes and max |actual - expected| <= `tolerance` · max(1, max |expected|).
///
/// # Panics
/// They differ by more, the shapes differ, or a value is NaN.
#[track_caller]
pub fn assert_near(what: &str, actual: &Tensor, expected: &Tensor, tolerance: f64) {
    check(what, actual, expected, tolerance, largest(expected).max(1.0));
}

/// Asserts equal shapes and max |actual - expected| <= `tolerance` · max(1e-6, max |expected|): for tensors of small
/// values, such as gradients.
///
/// # Panics
/// They differ by more, the shapes differ, or a value is NaN.
#[track_caller]
pub fn assert_near_relative(what: &str, actual: &Tensor, expected: &Tensor, tolerance: f64) {
    check(what, actual, expected, tolerance, largest(expected).max(1e-6));
}

/// Asserts equal shapes and max |actual - expected| <= `tolerance`.
///
/// # Panics
/// They differ by more, the shapes differ, or a value is NaN.
#[track_caller]
pub fn assert_near_absolute(what: &str, actual: &Tensor, expected: &Tensor, tolerance: f64) {
    check(what, actual, expected, tolerance, 1.0);
}

#[track_caller]
fn check(what: &str, actual: &Tensor, expected: &Tensor, tolerance: f64, scale: f64) {
    assert_eq!(actual.size(), expected.size(), "{what}: shape");
    let [actual, expected] = [actual, expected].map(|tensor| tensor.to_device(Device::Cpu));
    let error = largest(&(actual - expected)) / scale;
    assert!(error <= tolerance, "{what}: off by {error:.1e} (of {scale:.1e}), not by at most {tolerance:.1e}");
}

/// The largest absolute value; 0 if there is none, NaN if one is NaN.
fn largest(tensor: &Tensor) -> f64 {
    if tensor.numel() == 0 {
        return 0.0;
    }
    tensor.to_kind(Kind::Double).abs().max().double_value(&[])
}
