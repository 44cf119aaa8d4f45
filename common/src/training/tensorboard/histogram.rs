use super::event::Histogram;
use crate::plot;

/// Number of bins, as in TensorBoard's own histograms.
const BINS: usize = 30;

impl Histogram {
    /// The histogram of some values without NaN and infinite ones; `None` if no value is left.
    pub fn from_values(values: &[f64]) -> Option<Histogram> {
        let values: Vec<f64> = values.iter().copied().filter(|value| value.is_finite()).collect();
        let bars = plot::Histogram::new(values.iter().copied()).bins(BINS).bars();
        let (min, max) = (bars.first()?.0, bars.last()?.1);
        Some(Histogram {
            min,
            max,
            num: values.len() as f64,
            sum: values.iter().sum(),
            sum_squares: values.iter().map(|value| value * value).sum(),
            bucket_limit: bars.iter().map(|(_, right, _)| *right).collect(),
            bucket: bars.iter().map(|(.., count)| *count).collect(),
        })
    }
}
