//! The first probabilistic model (pp. 36-40): one probability for each possible outfit.

use super::outfits::{Outfit, SIZES};
use rand::RngExt;
use rand::seq::IndexedRandom;
use rand_chacha::ChaCha8Rng;

/// A multinomial distribution over all outfits.
#[derive(Debug, Clone)]
pub struct Multinomial {
    observations: Vec<Outfit>,
    /// Pseudo-observations of each possible outfit.
    pseudo: f64,
}

impl Multinomial {
    /// Number of possible outfits.
    pub const OUTCOMES: usize = SIZES[0] * SIZES[1] * SIZES[2] * SIZES[3] * SIZES[4];
    /// Number of free parameters: the probabilities sum to one, so the last one is determined.
    pub const FREE_PARAMETERS: usize = Multinomial::OUTCOMES - 1;

    /// The maximum-likelihood estimate: n / N.
    pub fn fit(observations: &[Outfit]) -> Multinomial {
        Multinomial { observations: observations.to_vec(), pseudo: 0.0 }
    }

    /// Additive smoothing: (n + `pseudo`) / (N + `pseudo` · d) for d possible outfits (p. 41). Unobserved outfits get
    /// positive probabilities.
    pub fn smoothed(self, pseudo: f64) -> Multinomial {
        Multinomial { pseudo, ..self }
    }

    /// Number of observations of an outfit.
    pub fn count(&self, outfit: &Outfit) -> usize {
        self.observations.iter().filter(|observed| *observed == outfit).count()
    }

    /// Logarithm of an outfit's probability; negative infinity for probability 0.
    pub fn log_probability(&self, outfit: &Outfit) -> f64 {
        (self.count(outfit) as f64 + self.pseudo).ln() - self.mass().ln()
    }

    /// Number of observations, including pseudo-observations.
    fn mass(&self) -> f64 {
        self.observations.len() as f64 + self.imagined()
    }

    fn imagined(&self) -> f64 {
        self.pseudo * Multinomial::OUTCOMES as f64
    }

    /// Samples an outfit: one of the observations or pseudo-observations, with equal probability.
    pub fn sample(&self, random: &mut ChaCha8Rng) -> Outfit {
        let imagined = random.random::<f64>() * self.mass() < self.imagined();
        match self.observations.choose(random) {
            Some(observed) if !imagined => *observed,
            _ => Outfit(SIZES.map(|size| random.random_range(0..size))),
        }
    }
}
