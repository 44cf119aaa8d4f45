//! New text, word by word (pp. 212-216).

use super::fables::STORY_MARKER;
use super::lstm_text::TextModel;
use super::text::Text;
use anyhow::Result;
use common::device::mix;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// Random numbers for a text, from several numbers: a seed, an epoch.
pub fn random(parts: &[u64]) -> ChaCha8Rng {
    ChaCha8Rng::seed_from_u64(mix(parts))
}

/// Writes with a trained model.
#[derive(Debug, Clone, Copy)]
pub struct Generator<'a> {
    /// The model.
    pub model: &'a TextModel,
    /// The text that it was trained on.
    pub text: &'a Text,
}

impl Generator<'_> {
    /// The probability of each token behind a text, which stands at the beginning of a story.
    ///
    /// # Errors
    /// libtorch fails.
    pub fn probabilities(&self, text: &str) -> Result<Vec<f64>> {
        let Text { tokenizer, seq_length, .. } = self.text;
        let tokens = tokenizer.text_to_sequence(&(self.text.start_of_story() + text));
        self.model.predict(&tokens[tokens.len() - seq_length..])
    }

    /// The `n` likeliest words behind a text with their probabilities, the likeliest first (p. 216).
    ///
    /// # Errors
    /// As [`Generator::probabilities`].
    pub fn likeliest(&self, text: &str, n: usize) -> Result<Vec<(String, f64)>> {
        let mut all: Vec<(i64, f64)> = (0..).zip(self.probabilities(text)?).collect();
        all.sort_by(|a, b| b.1.total_cmp(&a.1));
        let words = all.into_iter().filter_map(|(token, p)| Some((self.text.tokenizer.word(token)?.to_string(), p)));
        Ok(words.take(n).collect())
    }

    /// Continues a text by at most `next_words` words, until the story ends: the book's `generate_text`.
    ///
    /// # Errors
    /// As [`Generator::probabilities`].
    pub fn generate_text(
        &self,
        seed_text: &str,
        next_words: usize,
        temperature: f64,
        random: &mut ChaCha8Rng,
    ) -> Result<String> {
        let mut text = seed_text.trim().to_string();
        for _ in 0..next_words {
            let Some(word) = self.next_word(&text, temperature, random)? else { break };
            if !text.is_empty() {
                text.push(' ');
            }
            text.push_str(&word);
        }
        Ok(text)
    }

    /// Draws the next word; `None` at the end of the story.
    ///
    /// # Errors
    /// As [`Generator::probabilities`].
    pub fn next_word(&self, text: &str, temperature: f64, random: &mut ChaCha8Rng) -> Result<Option<String>> {
        let token = sample_with_temp(&self.probabilities(text)?, temperature, random);
        let word = self.text.tokenizer.word(token).filter(|word| *word != STORY_MARKER);
        Ok(word.map(str::to_string))
    }
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
