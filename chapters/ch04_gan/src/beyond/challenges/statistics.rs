//! Statistics of curves.

/// Detrended standard deviation: the standard deviation of a curve's second half from its least-squares line.
///
/// NaN for fewer than six values.
pub fn detrended_std(curve: &[f64]) -> f64 {
    let half = &curve[curve.len() / 2..];
    if half.len() < 3 {
        return f64::NAN;
    }
    let n = half.len() as f64;
    let (x_mean, y_mean) = ((n - 1.0) / 2.0, half.iter().sum::<f64>() / n);
    let centred = || half.iter().enumerate().map(|(i, y)| (i as f64 - x_mean, y - y_mean));
    let slope = centred().map(|(x, y)| x * y).sum::<f64>() / centred().map(|(x, _)| x * x).sum::<f64>();
    (centred().map(|(x, y)| (y - slope * x).powi(2)).sum::<f64>() / n).sqrt()
}

/// Spearman's rank correlation, from -1 to 1. Equal values share their mean rank.
///
/// NaN for fewer than two pairs, or if all values of one are equal.
pub fn rank_correlation(a: &[f64], b: &[f64]) -> f64 {
    let (a, b) = (ranks(a), ranks(b));
    let mean = |x: &[f64]| x.iter().sum::<f64>() / x.len() as f64;
    let (mean_a, mean_b) = (mean(&a), mean(&b));
    let product = |x: &[f64], x_mean: f64, y: &[f64], y_mean: f64| -> f64 {
        x.iter().zip(y).map(|(x, y)| (x - x_mean) * (y - y_mean)).sum()
    };
    let variances = product(&a, mean_a, &a, mean_a) * product(&b, mean_b, &b, mean_b);
    product(&a, mean_a, &b, mean_b) / variances.sqrt()
}

/// The rank of each value, from 1; equal values get their mean rank.
fn ranks(values: &[f64]) -> Vec<f64> {
    let rank = |value: &f64| {
        let below = values.iter().filter(|other| *other < value).count();
        let equal = values.iter().filter(|other| *other == value).count();
        below as f64 + (equal as f64 + 1.0) / 2.0
    };
    values.iter().map(rank).collect()
}

/// The means of consecutive windows of `width` values, without an incomplete last window.
pub fn window_means(values: &[f64], width: usize) -> Vec<f64> {
    values.chunks_exact(width.max(1)).map(|window| window.iter().sum::<f64>() / window.len() as f64).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_straight_line_does_not_oscillate() {
        let line: Vec<f64> = (0..40).map(|i| 3.0 - 0.5 * f64::from(i)).collect();
        assert!(detrended_std(&line) < 1e-12);
        let zigzag: Vec<f64> = line.iter().enumerate().map(|(i, y)| y + if i % 2 == 0 { 1.0 } else { -1.0 }).collect();
        assert!((detrended_std(&zigzag) - 1.0).abs() < 0.02, "{}", detrended_std(&zigzag));
        let late: Vec<f64> = zigzag.iter().take(20).chain(&line[20..]).copied().collect();
        assert!(detrended_std(&late) < 1e-12, "only the second half counts");
        assert!(detrended_std(&[1.0, 2.0, 3.0]).is_nan());
    }

    #[test]
    fn ranks_correlate_as_spearman_says() {
        assert_eq!(rank_correlation(&[1.0, 2.0, 3.0], &[10.0, 20.0, 1000.0]), 1.0);
        assert_eq!(rank_correlation(&[1.0, 2.0, 3.0], &[0.3, 0.2, 0.1]), -1.0);
        // By hand: ranks 1, 2.5, 2.5, 4 and 1, 3, 2, 4.
        let shared = rank_correlation(&[0.0, 5.0, 5.0, 9.0], &[1.0, 3.0, 2.0, 7.0]);
        assert!((shared - 4.5 / (4.5f64 * 5.0).sqrt()).abs() < 1e-12, "{shared}");
        assert!(rank_correlation(&[1.0, 1.0], &[1.0, 2.0]).is_nan());
        assert!(rank_correlation(&[], &[]).is_nan());
    }

    #[test]
    fn windows_are_whole() {
        assert_eq!(window_means(&[1.0, 3.0, 5.0, 7.0, 100.0], 2), [2.0, 6.0]);
    }
}
