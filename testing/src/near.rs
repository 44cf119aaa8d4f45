/// Asserts |actual - expected| <= `tolerance` · max(1, |expected|).
///
/// # Panics
/// They differ by more, or one is NaN.
#[track_caller]
pub fn assert_near(what: &str, actual: f64, expected: f64, tolerance: f64) {
    let error = (actual - expected).abs() / expected.abs().max(1.0);
    assert!(error <= tolerance, "{what}: {actual} where {expected} was expected: relative error {error:.1e}");
}
