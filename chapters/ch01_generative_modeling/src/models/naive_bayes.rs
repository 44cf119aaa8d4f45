//! Naive Bayes (pp. 41-44): features are assumed independent, so the model has a probability for each value of each
//! feature. It serves for outfits and for pixels.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use std::collections::BTreeMap;

/// Independent features, each with a multinomial distribution over its values 0, 1, ...
#[derive(Debug, Clone)]
pub struct NaiveBayes {
    /// Number of values of each feature.
    sizes: Vec<usize>,
    /// For each feature, the count of each observed value.
    counts: Vec<BTreeMap<usize, u32>>,
    observations: u32,
    pseudo: f64,
}

impl NaiveBayes {
    /// The maximum-likelihood estimate from rows with one value for each feature: n / N.
    pub fn fit<'a>(sizes: &[usize], rows: impl IntoIterator<Item = &'a [usize]>) -> NaiveBayes {
        let mut counts = vec![BTreeMap::new(); sizes.len()];
        let mut observations = 0;
        for row in rows {
            for (counts, value) in counts.iter_mut().zip(row) {
                *counts.entry(*value).or_default() += 1;
            }
            observations += 1;
        }
        NaiveBayes { sizes: sizes.to_vec(), counts, observations, pseudo: 0.0 }
    }

    /// Additive smoothing: (n + `pseudo`) / (N + `pseudo` · d) for each of a feature's d values.
    pub fn smoothed(self, pseudo: f64) -> NaiveBayes {
        NaiveBayes { pseudo, ..self }
    }

    /// Number of free parameters: for each feature all probabilities but one, because they sum to one.
    pub fn free_parameters(&self) -> usize {
        self.sizes.iter().map(|size| size - 1).sum()
    }

    /// Number of observations of a value of a feature.
    pub fn count(&self, feature: usize, value: usize) -> u32 {
        self.counts[feature].get(&value).copied().unwrap_or(0)
    }

    /// Probability of a value of a feature: the parameter θ_kl (p. 42).
    pub fn theta(&self, feature: usize, value: usize) -> f64 {
        (f64::from(self.count(feature, value)) + self.pseudo) / (f64::from(self.observations) + self.imagined(feature))
    }

    /// Logarithm of the probability of a row: the sum over its features. The product itself would underflow with
    /// thousands of features.
    pub fn log_probability(&self, row: &[usize]) -> f64 {
        row.iter().enumerate().map(|(feature, &value)| self.theta(feature, value).ln()).sum()
    }

    /// Samples a row, each feature independently.
    pub fn sample(&self, random: &mut ChaCha8Rng) -> Vec<usize> {
        (0..self.sizes.len()).map(|feature| self.sample_feature(feature, random)).collect()
    }

    fn sample_feature(&self, feature: usize, random: &mut ChaCha8Rng) -> usize {
        let mut left = random.random::<f64>() * (f64::from(self.observations) + self.imagined(feature));
        let observed = self.counts[feature].iter().find(|&(_, &count)| {
            left -= f64::from(count);
            left < 0.0
        });
        // The rest beyond the observations belongs to the pseudo-observations, equally many for each value.
        observed.map(|(value, _)| *value).unwrap_or_else(|| random.random_range(0..self.sizes[feature]))
    }

    /// Number of pseudo-observations of a feature.
    fn imagined(&self, feature: usize) -> f64 {
        self.pseudo * self.sizes[feature] as f64
    }
}
