//! Tokens drawn from a net's probabilities, for texts (p. 213) and for music (p. 246).

use crate::device::mix;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// Random numbers for a sample, from several numbers: a seed, an epoch.
pub fn random(parts: &[u64]) -> ChaCha8Rng {
    ChaCha8Rng::seed_from_u64(mix(parts))
}

/// Draws a token from p^(1 / temperature), scaled to sum to one: the book's function of this name (p. 213). The likeliest
/// token at temperature 0.
pub fn sample_with_temp(probabilities: &[f64], temperature: f64, random: &mut ChaCha8Rng) -> i64 {
    let largest = probabilities.iter().copied().fold(f64::MIN_POSITIVE, f64::max);
    // exp(log(p) / T), relative to the largest: low temperatures do not vanish.
    let weight = |p: f64| ((p.max(0.0) / largest).ln() / temperature.max(1e-9)).exp();
    let total: f64 = probabilities.iter().map(|&p| weight(p)).sum();
    let mut rest = random.random::<f64>() * total;
    let drawn = probabilities.iter().position(|&p| {
        rest -= weight(p);
        rest < 0.0
    });
    drawn.unwrap_or(probabilities.len() - 1) as i64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn temperature_sharpens_and_flattens() {
        let probabilities = [0.0, 0.5, 0.3, 0.2];
        for temperature in [0.2, 0.33, 0.5, 1.0] {
            let mut random = random(&[1]);
            let mut counts = [0.0; 4];
            for _ in 0..20_000 {
                counts[sample_with_temp(&probabilities, temperature, &mut random) as usize] += 1.0 / 20_000.0;
            }
            let weights = probabilities.map(|p: f64| p.powf(1.0 / temperature));
            for (count, weight) in counts.iter().zip(weights) {
                let expected = weight / weights.iter().sum::<f64>();
                assert!((count - expected).abs() < 0.015, "temperature {temperature}: {counts:?}");
            }
        }
        let mut random = random(&[1]);
        assert!((0..100).all(|_| sample_with_temp(&probabilities, 0.0, &mut random) == 1));
    }
}
