//! The words that the question and answer generator knows, and their GloVe vectors (p. 225).

use super::qa_batches::Examples;
use super::tokenizer::by_frequency;
use common::datasets::glove::{SIZE, Vector};
use common::device;
use std::collections::{HashMap, HashSet};
use tch::Tensor;
use tch::kind::FLOAT_CPU;

/// Padding.
pub const PADDING: i64 = 0;
/// A word that is not in the vocabulary.
pub const UNKNOWN: i64 = 1;
/// Stands before a question.
pub const START: i64 = 2;
/// Stands after a question.
pub const END: i64 = 3;
/// Their names.
const SPECIAL: [&str; 4] = ["<pad>", "<unk>", "<start>", "<end>"];

/// Words and their tokens: padding, unknown, start, end, then the words that GloVe has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Vocabulary {
    words: Vec<String>,
    tokens: HashMap<String, i64>,
}

impl Vocabulary {
    /// A vocabulary of these words after the four special tokens.
    pub fn new(words: impl IntoIterator<Item = String>) -> Vocabulary {
        let words: Vec<String> = SPECIAL.iter().map(|word| word.to_string()).chain(words).collect();
        let tokens = words.iter().cloned().zip(0..).skip(SPECIAL.len()).collect();
        Vocabulary { words, tokens }
    }

    /// The book's choice: the commonest words of questions, at most `question_words`, then the commonest of documents up
    /// to `most` in all; of these the ones that have a vector.
    pub fn choose(
        examples: &Examples,
        question_words: usize,
        most: usize,
        has_vector: impl Fn(&str) -> bool,
    ) -> Vocabulary {
        let questions = examples.examples.iter().flat_map(|example| &example.question).map(String::as_str);
        let documents = examples.document_words().map(String::as_str);
        let candidates = by_frequency(questions).into_iter().take(question_words).chain(by_frequency(documents));
        let mut known = HashSet::new();
        let chosen = candidates.filter(|word| known.insert(*word)).take(most).filter(|word| has_vector(word));
        Vocabulary::new(chosen.map(str::to_string).collect::<Vec<_>>())
    }

    /// Number of tokens.
    pub fn len(&self) -> i64 {
        self.words.len() as i64
    }

    /// Never: there are the special tokens.
    pub fn is_empty(&self) -> bool {
        false
    }

    /// The token of each word.
    pub fn tokens(&self, words: &[String]) -> Vec<i64> {
        words.iter().map(|word| self.tokens.get(word).copied().unwrap_or(UNKNOWN)).collect()
    }

    /// The word of a token.
    pub fn word(&self, token: i64) -> &str {
        usize::try_from(token).ok().and_then(|place| self.words.get(place)).map_or(SPECIAL[1], String::as_str)
    }

    /// The words, without the special tokens.
    pub fn words(&self) -> &[String] {
        &self.words[SPECIAL.len()..]
    }

    /// The vectors of all tokens, `[len, 100]`: those of the special tokens are drawn from N(0, 0.02), as in the book.
    ///
    /// # Panics
    /// A word has no vector: the vocabulary was chosen from others.
    pub fn vectors(&self, of_words: &HashMap<String, Vector>, seed: u64) -> Tensor {
        let size = SIZE as i64;
        let rows: Vec<f32> = self.words().iter().flat_map(|word| of_words[word]).collect();
        device::seed(&[seed]);
        let special = Tensor::randn([SPECIAL.len() as i64, size], FLOAT_CPU) * 0.02;
        Tensor::cat(&[special, Tensor::from_slice(&rows).view([-1, size])], 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::models::Example;

    fn examples() -> Examples {
        let words = |text: &str| text.split(' ').map(str::to_string).collect::<Vec<_>>();
        let example = |question: &str| Example { document: 0, answer: vec![0], question: words(question) };
        Examples {
            documents: vec![words("the fox ate the grapes and the fox slept"), words("nobody asks about this")],
            examples: vec![example("who ate grapes ?"), example("who slept ?")],
            dropped: 0,
        }
    }

    #[test]
    fn common_words_of_questions_come_first_and_words_without_a_vector_count() {
        // Of questions: who, ?, ate; of documents: the, fox, (ate), grapes.
        let vocabulary = Vocabulary::choose(&examples(), 3, 6, |word| word != "?");
        assert_eq!(vocabulary.words(), ["who", "ate", "the", "fox", "grapes"]);
        assert_eq!(vocabulary.tokens(&["fox".to_string(), "bear".to_string()]), [7, UNKNOWN]);
        assert_eq!((vocabulary.len(), vocabulary.word(5), vocabulary.word(99)), (9, "ate", "<unk>"));
    }

    #[test]
    fn vectors_stand_behind_those_of_the_special_tokens() {
        let vocabulary = Vocabulary::new(["fox".to_string()]);
        let vectors = vocabulary.vectors(&HashMap::from([("fox".to_string(), [0.5; SIZE])]), 1);
        assert_eq!(vectors.size(), [5, 100]);
        assert_eq!(vectors.get(4), Tensor::full([100], 0.5, FLOAT_CPU));
        let deviation = vectors.narrow(0, 0, 4).std(true).double_value(&[]);
        assert!((deviation - 0.02).abs() < 0.005, "{deviation}");
    }
}
