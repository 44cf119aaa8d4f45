//! New text, word by word (pp. 212-216).

use super::fables::STORY_MARKER;
use super::lstm_text::TextModel;
use super::text::Text;
use anyhow::Result;
pub use common::samples::{random, sample_with_temp};
use rand_chacha::ChaCha8Rng;

/// Writes with a trained model.
#[derive(Debug, Clone, Copy)]
pub struct Generator<'a> {
    /// The model.
    pub model: &'a TextModel,
    /// The text that it was trained on.
    pub text: &'a Text,
}

impl Generator<'_> {
    /// The probability of each token after a text, which stands at the beginning of a story.
    ///
    /// # Errors
    /// libtorch fails.
    pub fn probabilities(&self, text: &str) -> Result<Vec<f64>> {
        let Text { tokenizer, seq_length, .. } = self.text;
        let tokens = tokenizer.text_to_sequence(&(self.text.start_of_story() + text));
        self.model.predict(&tokens[tokens.len() - seq_length..])
    }

    /// The `n` likeliest words after a text with their probabilities, the likeliest first (p. 216).
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
