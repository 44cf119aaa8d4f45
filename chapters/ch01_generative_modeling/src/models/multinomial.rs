//! The first probabilistic model (pp. 36-40): one probability for each possible outfit.

use super::outfits::{Outfit, SIZES};
use rand::RngExt;
use rand::seq::IndexedRandom;
use rand_chacha::ChaCha8Rng;

/// A multinomial distribution over all outfits.
#[derive(Debug, Clone)]
pub struct Multinomial {
    observations: Vec<Outfit>,
    /// Observations of each possible outfit that are only imagined.
    pseudo: f64,
}

impl Multinomial {
    /// Outfits that are possible.
    pub const OUTCOMES: usize = SIZES[0] * SIZES[1] * SIZES[2] * SIZES[3] * SIZES[4];
    /// Probabilities that can be chosen; the last one follows, since they sum to one.
    pub const FREE_PARAMETERS: usize = Multinomial::OUTCOMES - 1;

    /// The maximum-likelihood estimate: n / N.
    pub fn fit(observations: &[Outfit]) -> Multinomial {
        Multinomial { observations: observations.to_vec(), pseudo: 0.0 }
    }

    /// Additive smoothing: (n + `pseudo`) / (N + `pseudo` · d), d outfits being possible (p. 41). With it, what was
    /// never observed is possible.
    pub fn smoothed(self, pseudo: f64) -> Multinomial {
        Multinomial { pseudo, ..self }
    }

    /// How often an outfit was observed.
    pub fn count(&self, outfit: &Outfit) -> usize {
        self.observations.iter().filter(|observed| *observed == outfit).count()
    }

    /// Logarithm of an outfit's probability; negative infinity for one that is impossible.
    pub fn log_probability(&self, outfit: &Outfit) -> f64 {
        (self.count(outfit) as f64 + self.pseudo).ln() - self.mass().ln()
    }

    /// Observations, the imagined ones among them.
    fn mass(&self) -> f64 {
        self.observations.len() as f64 + self.imagined()
    }

    fn imagined(&self) -> f64 {
        self.pseudo * Multinomial::OUTCOMES as f64
    }

    /// Draws an outfit: one of the observations, real or imagined, each as likely as the others.
    pub fn sample(&self, random: &mut ChaCha8Rng) -> Outfit {
        let imagined = random.random::<f64>() * self.mass() < self.imagined();
        match self.observations.choose(random) {
            Some(observed) if !imagined => *observed,
            _ => Outfit(SIZES.map(|size| random.random_range(0..size))),
        }
    }
}
