//! Random numbers that do not change with the machine or with versions of crates.

use rand::rngs::Xoshiro256PlusPlus;
use rand::{Rng, SeedableRng};

/// The randomness of one image.
pub(crate) struct Dice(Xoshiro256PlusPlus);

impl Dice {
    /// Depends only on the seed, the file and the image's place in it, so that images can be drawn in any order.
    pub fn new(seed: u64, file: u64, image: u64) -> Dice {
        let mut bytes = [0; 32];
        for (chunk, number) in bytes.chunks_exact_mut(8).zip([seed, file, image, 0x6469_6769_7473]) {
            chunk.copy_from_slice(&number.to_le_bytes());
        }
        let mut generator = Xoshiro256PlusPlus::from_seed(bytes);
        // Seeds that differ in a few bits give similar numbers at first.
        for _ in 0..16 {
            generator.next_u64();
        }
        Dice(generator)
    }

    /// Dice of their own for one part of an image: however many numbers it takes, the rest of the image stays the same.
    pub fn fork(&mut self) -> Dice {
        Dice::new(self.0.next_u64(), 0, 0)
    }

    /// Uniform over 0 <= x < 1.
    pub fn unit(&mut self) -> f32 {
        (self.0.next_u64() >> 40) as f32 / (1u64 << 24) as f32
    }

    /// Uniform over `low <= x < high`.
    pub fn between(&mut self, low: f32, high: f32) -> f32 {
        low + (high - low) * self.unit()
    }

    /// Approximately normal with mean 0, never beyond 3.5 standard deviations.
    pub fn normal(&mut self, deviation: f32) -> f32 {
        let sum: f32 = (0..4).map(|_| self.unit()).sum();
        (sum - 2.0) * 3f32.sqrt() * deviation
    }

    /// True with this probability.
    pub fn chance(&mut self, probability: f32) -> bool {
        self.unit() < probability
    }

    /// One of the values, with these relative probabilities.
    pub fn pick<T: Copy>(&mut self, shares: &[(T, f32)]) -> T {
        let mut at = self.unit() * shares.iter().map(|(_, share)| share).sum::<f32>();
        for &(value, share) in shares {
            at -= share;
            if at < 0.0 {
                return value;
            }
        }
        shares[shares.len() - 1].0
    }

    /// One of the values, with equal probabilities.
    pub fn any<T: Copy>(&mut self, values: &[T]) -> T {
        values[(self.unit() * values.len() as f32) as usize % values.len()]
    }

    /// A whole number below `n`.
    pub fn below(&mut self, n: u8) -> u8 {
        (self.unit() * f32::from(n)) as u8
    }
}
