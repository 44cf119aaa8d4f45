//! The positional encoding (p. 319): Vaswani et al., 2017, section 3.5.

use ndarray::Array2;

/// sin(position / 10000^(2i / features)) at feature 2i, and the cosine of the same at 2i + 1: `[positions, features]`.
pub fn positional_encoding(positions: usize, features: usize) -> Array2<f32> {
    Array2::from_shape_fn((positions, features), |(position, feature)| {
        let pair = (feature / 2 * 2) as f64;
        let angle = position as f64 / 10_000f64.powf(pair / features as f64);
        (if feature % 2 == 0 { angle.sin() } else { angle.cos() }) as f32
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equals_the_formula() {
        let encoding = positional_encoding(128, 512);
        assert_eq!(encoding.dim(), (128, 512));
        for (position, feature, due) in [
            (0, 0, 0.0),
            (0, 1, 1.0),
            (1, 0, 1f64.sin()),
            (1, 1, 1f64.cos()),
            (100, 2, (100.0 / 10_000f64.powf(2.0 / 512.0)).sin()),
            (127, 511, (127.0 / 10_000f64.powf(510.0 / 512.0)).cos()),
        ] {
            assert!((f64::from(encoding[[position, feature]]) - due).abs() < 1e-6, "{position} {feature}");
        }
        // The product of two encodings depends on the distance of their positions alone.
        let product = |a: usize, b: usize| encoding.row(a).dot(&encoding.row(b));
        assert!((product(3, 10) - product(93, 100)).abs() < 1e-3);
    }
}
