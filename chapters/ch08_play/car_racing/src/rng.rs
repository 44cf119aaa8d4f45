use rand_pcg::Pcg64;
use rand_pcg::rand_core::Rng;

/// numpy's `default_rng(seed)`: the generator PCG64, seeded through `SeedSequence`. Gymnasium draws a track from it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NumpyRng(Pcg64);

impl NumpyRng {
    /// The generator that `numpy.random.default_rng(seed)` makes.
    pub fn new(seed: u64) -> NumpyRng {
        let words = seed_sequence(seed);
        let wide = |high: u64, low: u64| u128::from(high) << 64 | u128::from(low);
        NumpyRng(Pcg64::new(wide(words[0], words[1]), wide(words[2], words[3])))
    }

    /// The next 64 random bits.
    pub fn next_u64(&mut self) -> u64 {
        self.0.next_u64()
    }

    /// A number from `low` up to but without `high`, as `Generator.uniform(low, high)` draws it.
    pub fn uniform(&mut self, low: f64, high: f64) -> f64 {
        const UNIT: f64 = 1.0 / (1_u64 << 53) as f64;
        low + (high - low) * ((self.next_u64() >> 11) as f64 * UNIT)
    }
}

/// The four words of `SeedSequence(seed).generate_state(4, uint64)`.
///
/// numpy's `bit_generator.pyx` hashes the seed, in words of 32 bits, into a pool of four words, mixes every word with every
/// other, and hashes the pool once more for the output. A seed has at most two words here; numpy hashes missing ones as 0.
fn seed_sequence(seed: u64) -> [u64; 4] {
    const POOL: usize = 4;
    let mut hash = Hash { factor: 0x43b0_d7e5, step: 0x931e_8875 };
    let mut pool = [seed as u32, (seed >> 32) as u32, 0, 0].map(|word| hash.apply(word));
    for source in 0..POOL {
        for target in 0..POOL {
            if source != target {
                pool[target] = mix(pool[target], hash.apply(pool[source]));
            }
        }
    }
    let mut hash = Hash { factor: 0x8b51_f9dd, step: 0x58f3_8ded };
    let mut word = 0;
    let mut next = || {
        word += 1;
        u64::from(hash.apply(pool[(word - 1) % POOL]))
    };
    [(); 4].map(|()| next() | next() << 32)
}

/// The hash of `SeedSequence`, whose factor changes with every word.
struct Hash {
    factor: u32,
    step: u32,
}

impl Hash {
    fn apply(&mut self, word: u32) -> u32 {
        let word = word ^ self.factor;
        self.factor = self.factor.wrapping_mul(self.step);
        fold(word.wrapping_mul(self.factor))
    }
}

fn mix(x: u32, y: u32) -> u32 {
    fold(x.wrapping_mul(0xca01_f9dd).wrapping_sub(y.wrapping_mul(0x4973_f715)))
}

fn fold(word: u32) -> u32 {
    word ^ word >> 16
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_those_of_numpy() {
        // numpy.random.SeedSequence(42).generate_state(4, 'uint64') seeds default_rng(42), which then draws these.
        let mut rng = NumpyRng::new(42);
        let drawn = [(); 3].map(|()| rng.next_u64());
        assert_eq!(drawn, [14276969152011380360, 8095878257575067585, 15838336090824644132]);
    }

    #[test]
    fn uniform_is_that_of_numpy() {
        // numpy.random.default_rng(42).random() is 0.7739560485559633.
        assert_eq!(NumpyRng::new(42).uniform(0.0, 1.0), 0.7739560485559633);
        assert_eq!(NumpyRng::new(42).uniform(50.0, 150.0), 50.0 + 100.0 * 0.7739560485559633);
    }

    #[test]
    fn seeds_above_32_bits_use_both_words() {
        assert_ne!(NumpyRng::new(1), NumpyRng::new(1 << 32 | 1));
    }
}
