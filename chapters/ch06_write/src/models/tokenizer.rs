use std::collections::HashMap;

/// Keras' `Tokenizer` with `filters=''` (p. 203): a word is what stands between blanks, its token a number from 1 in the
/// order of falling frequency. 0 is no word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tokenizer {
    /// The word of token i + 1.
    words: Vec<String>,
    tokens: HashMap<String, i64>,
}

impl Tokenizer {
    /// The words of a text; of equally frequent ones the first in the text comes first, as in Keras.
    pub fn fit_on_text(text: &str) -> Tokenizer {
        let words: Vec<String> = by_frequency(split(text)).into_iter().map(str::to_string).collect();
        let tokens = words.iter().cloned().zip(1..).collect();
        Tokenizer { words, tokens }
    }

    /// Number of words and one more for token 0: the size of a model's vocabulary.
    pub fn total_words(&self) -> i64 {
        self.words.len() as i64 + 1
    }

    /// The tokens of a text; unknown words are left out, as in Keras.
    pub fn text_to_sequence(&self, text: &str) -> Vec<i64> {
        split(text).filter_map(|word| self.token(word)).collect()
    }

    /// The token of a word.
    pub fn token(&self, word: &str) -> Option<i64> {
        self.tokens.get(word).copied()
    }

    /// The word of a token; `None` for 0 and beyond the vocabulary.
    pub fn word(&self, token: i64) -> Option<&str> {
        let place = usize::try_from(token).ok()?.checked_sub(1)?;
        self.words.get(place).map(String::as_str)
    }
}

/// Words by falling frequency; of equally frequent ones the first comes first.
pub(super) fn by_frequency<'a>(all: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let mut counts: HashMap<&str, usize> = HashMap::new();
    let mut words: Vec<&str> = vec![];
    for word in all {
        let count = counts.entry(word).or_insert_with(|| {
            words.push(word);
            0
        });
        *count += 1;
    }
    words.sort_by_key(|word| std::cmp::Reverse(counts[word])); // stable
    words
}

/// The words of a text.
fn split(text: &str) -> impl Iterator<Item = &str> {
    text.split(' ').filter(|word| !word.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_follow_frequency_and_then_the_text() {
        let tokenizer = Tokenizer::fit_on_text("the fox and the grapes , the end");
        assert_eq!(tokenizer.total_words(), 7);
        assert_eq!(tokenizer.text_to_sequence("the fox saw , and the end"), [1, 2, 5, 3, 1, 6]);
        assert_eq!((tokenizer.word(1), tokenizer.word(0), tokenizer.word(7)), (Some("the"), None, None));
    }
}
