//! The words that the question and answer generator knows, and their GloVe vectors (p. 225).

use super::qa_batches::Examples;
use common::datasets::glove::{SIZE, Vector};
use common::device::mix;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::collections::{HashMap, HashSet};
use tch::Tensor;
use tch::kind::FLOAT_CPU;

/// Padding.
pub const PADDING: i64 = 0;
/// A word that is not in the vocabulary.
pub const UNKNOWN: i64 = 1;
/// Stands before a question.
pub const START: i64 = 2;
/// Stands behind a question.
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
    /// A vocabulary of these words behind the four special tokens.
    pub fn new(words: impl IntoIterator<Item = String>) -> Vocabulary {
        let words: Vec<String> = SPECIAL.iter().map(|word| word.to_string()).chain(words).collect();
        let tokens = words.iter().cloned().zip(0..).skip(SPECIAL.len()).collect();
        Vocabulary { words, tokens }
    }

    /// The book's choice: the commonest words of questions, at most `question_words`, then the commonest of documents up
    /// to `most` in all; only words that have a vector.
    pub fn choose(
        examples: &Examples,
        question_words: usize,
        most: usize,
        has_vector: impl Fn(&str) -> bool,
    ) -> Vocabulary {
        let questions = by_frequency(examples.examples.iter().flat_map(|example| &example.question));
        let documents = by_frequency(examples.document_words());
        let mut chosen: Vec<String> = vec![];
        let mut known = HashSet::new();
        let most = most.saturating_sub(SPECIAL.len());
        let candidates = questions.into_iter().take(question_words).chain(documents);
        for word in candidates.filter(|word| has_vector(word)) {
            if chosen.len() == most {
                break;
            }
            if known.insert(word) {
                chosen.push(word.to_string());
            }
        }
        Vocabulary::new(chosen)
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

    /// The vectors of all tokens, `[len, 100]`: zeros for padding, the mean of all words for an unknown one, random ones
    /// of the words' standard deviation for start and end. The book does not say what these have.
    ///
    /// # Panics
    /// A word has no vector: the vocabulary was chosen from others.
    pub fn vectors(&self, of_words: &HashMap<String, Vector>, seed: u64) -> Tensor {
        let size = SIZE as i64;
        let rows: Vec<f32> = self.words().iter().flat_map(|word| of_words[word]).collect();
        let words = Tensor::from_slice(&rows).view([-1, size]);
        let (mean, deviation) = match rows.len() {
            0 => (Tensor::zeros([size], FLOAT_CPU), 1.0),
            _ => (words.mean_dim(0, false, None), words.std(false).double_value(&[])),
        };
        let mut random = ChaCha8Rng::seed_from_u64(mix(&[seed]));
        let uniform: Vec<f32> = (0..2 * size).map(|_| random.random::<f32>() - 0.5).collect();
        // A uniform distribution of width w has a standard deviation of w / sqrt(12).
        let ends = Tensor::from_slice(&uniform).view([2, size]) * (deviation * 12f64.sqrt());
        Tensor::cat(&[mean.zeros_like().unsqueeze(0), mean.unsqueeze(0), ends, words], 0)
    }
}

/// Words by falling frequency; of equally frequent ones the first comes first.
fn by_frequency<'a>(all: impl Iterator<Item = &'a String>) -> Vec<&'a str> {
    let mut counts: HashMap<&str, usize> = HashMap::new();
    let mut words: Vec<&str> = vec![];
    for word in all {
        let count = counts.entry(word).or_insert_with(|| {
            words.push(word);
            0
        });
        *count += 1;
    }
    words.sort_by_key(|word| std::cmp::Reverse(counts[word]));
    words
}
