//! Questions to a new document (pp. 231-233): which words could be answers, and what is asked for them.

use super::qa_batches::words;
use super::qa_vocabulary::{END, PADDING, START, UNKNOWN, Vocabulary};
use super::question_answer::QuestionAnswer;
use anyhow::{Result, ensure};
use std::ops::Range;
use tch::{Device, Kind, Tensor};

/// A document as the model reads it.
#[derive(Debug)]
pub struct Document {
    /// Its words, in small letters.
    pub words: Vec<String>,
    /// Tokens `[1, words]`.
    tokens: Tensor,
}

/// A trained model with its vocabulary.
#[derive(Debug, Clone, Copy)]
pub struct Inference<'a> {
    /// The model.
    pub model: &'a QuestionAnswer,
    /// The vocabulary.
    pub vocabulary: &'a Vocabulary,
    /// Words after which a document is cut.
    pub max_document_words: usize,
    /// The longest question, in words.
    pub max_question_words: usize,
}

/// A question in the making, for the beam search.
struct Beam {
    tokens: Vec<i64>,
    /// Sum of the logarithms of its words' probabilities.
    score: f64,
    state: Tensor,
}

impl Beam {
    fn is_complete(&self) -> bool {
        self.tokens.last() == Some(&END)
    }

    /// The score that beams are compared by: the mean per word, so that long questions are not worse.
    fn mean_score(&self) -> f64 {
        self.score / self.tokens.len().max(1) as f64
    }
}

impl Inference<'_> {
    /// Reads a document whose words and punctuation stand between blanks, up to the length of those that the model learned
    /// from.
    ///
    /// # Errors
    /// It has no word.
    pub fn document(&self, text: &str) -> Result<Document> {
        ensure!(!text.trim().is_empty(), "the document has no words");
        let words: Vec<String> = words(text).take(self.max_document_words).collect();
        let tokens = Tensor::from_slice(&self.vocabulary.tokens(&words)).unsqueeze(0);
        Ok(Document { words, tokens: tokens.to_device(self.model.variables.device()) })
    }

    /// The probability of each word to belong to an answer.
    ///
    /// # Errors
    /// libtorch fails.
    pub fn answer_probabilities(&self, document: &Document) -> Result<Vec<f64>> {
        let tags = tch::no_grad(|| self.model.answer_model.forward_t(&document.tokens, false));
        Ok(tags.squeeze_dim(0).select(-1, 1).to_device(Device::Cpu).to_kind(Kind::Double).try_into()?)
    }

    /// The question to an answer, the places of its words; the likeliest word at each step (p. 232); with `beams` above 1 the likeliest of so many
    /// questions that are followed side by side.
    ///
    /// # Errors
    /// The answer lies outside the document, there is no beam, or libtorch fails.
    pub fn question(&self, document: &Document, answer: &[usize], beams: usize) -> Result<String> {
        let best = self.beams(document, answer, beams)?.swap_remove(0);
        let words = best.tokens.iter().filter(|&&token| token != END).map(|&token| self.vocabulary.word(token));
        Ok(words.collect::<Vec<_>>().join(" "))
    }

    /// The questions at the end of the search, the likeliest first; at least one.
    fn beams(&self, document: &Document, answer: &[usize], beams: usize) -> Result<Vec<Beam>> {
        let length = document.words.len();
        let within = answer.iter().all(|place| *place < length);
        ensure!(!answer.is_empty() && within, "{answer:?} is no answer in a document of {length} words");
        ensure!(beams > 0, "a question needs at least one beam");
        let _no_grad = tch::no_grad_guard();
        let places: Vec<i64> = answer.iter().map(|&place| place as i64).collect();
        let mask = Tensor::from_slice(&places).one_hot(length as i64).to_kind(Kind::Float);
        let mask = mask.unsqueeze(0).to_device(document.tokens.device());
        let [state] = self.model.decoder_initial_state_model.forward_all(&[&document.tokens, &mask], false);

        let mut all = vec![Beam { tokens: vec![], score: 0.0, state }];
        for _ in 0..self.max_question_words {
            let mut next = vec![];
            for beam in all {
                if beam.is_complete() { next.push(beam) } else { next.extend(self.continuations(&beam, beams)?) }
            }
            next.sort_by(|a, b| b.mean_score().total_cmp(&a.mean_score()));
            next.truncate(beams);
            all = next;
            if all.iter().all(Beam::is_complete) {
                break;
            }
        }
        Ok(all)
    }

    /// A question with each of its `n` likeliest next words. Padding and unknown words are never said.
    fn continuations(&self, beam: &Beam, n: usize) -> Result<Vec<Beam>> {
        let token = Tensor::from_slice(&[beam.tokens.last().copied().unwrap_or(START)]).unsqueeze(0);
        let token = token.to_device(beam.state.device());
        let [words, state] = self.model.question_model.forward_all(&[&token, &beam.state], false);
        // [1, 1, ..] -> [..]
        let probabilities = words.flatten(0, 2).to_device(Device::Cpu).to_kind(Kind::Double);
        for never in [PADDING, UNKNOWN, START] {
            let _ = probabilities.select(0, never).fill_(0.0);
        }
        let (values, tokens) = probabilities.topk((n as i64).min(self.vocabulary.len() - 3), 0, true, true);
        let [values, tokens] = [values, tokens.to_kind(Kind::Double)].map(|tensor| Vec::<f64>::try_from(&tensor));
        let beams = values?.into_iter().zip(tokens?).map(|(p, token)| Beam {
            tokens: [&beam.tokens[..], &[token as i64]].concat(),
            score: beam.score + p.max(f64::MIN_POSITIVE).ln(),
            state: state.select(1, 0),
        });
        Ok(beams.collect())
    }
}

/// Runs of words whose probability is at least `threshold`: the answers of a document (p. 231).
pub fn spans(probabilities: &[f64], threshold: f64) -> Vec<Range<usize>> {
    let mut spans: Vec<Range<usize>> = vec![];
    for (i, _) in probabilities.iter().enumerate().filter(|(_, p)| **p >= threshold) {
        match spans.last_mut() {
            Some(span) if span.end == i => span.end = i + 1,
            _ => spans.push(i..i + 1),
        }
    }
    spans
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::models::question_answer::NetConfig;

    #[test]
    fn spans_are_runs_above_the_threshold() {
        assert_eq!(spans(&[0.1, 0.5, 0.6, 0.2, 0.9], 0.5), [1..3, 4..5]);
        assert!(spans(&[0.1], 0.5).is_empty());
    }

    #[test]
    fn questions_end_and_never_say_a_special_token() {
        tch::manual_seed(3);
        let vocabulary = Vocabulary::new(["the", "fox", "ate", "who", "?"].map(str::to_string));
        let config = NetConfig { embedding_size: 100, gru_units: 6, reset_after: true };
        let model = QuestionAnswer::new(&config, vocabulary.len(), Device::Cpu).unwrap();
        let inference =
            Inference { model: &model, vocabulary: &vocabulary, max_document_words: 4, max_question_words: 5 };
        let document = inference.document("The fox ate grapes all day").unwrap();
        assert_eq!(document.words, ["the", "fox", "ate", "grapes"]);
        assert_eq!(inference.answer_probabilities(&document).unwrap().len(), 4);
        for beams in [1, 2, 50] {
            let question = inference.question(&document, &[0, 2], beams).unwrap();
            let words: Vec<&str> = question.split_whitespace().collect();
            assert!(words.len() <= 5 && !words.iter().any(|word| word.starts_with('<')), "{beams} beams: {question}");
        }
        for (answer, beams) in [(&[][..], 1), (&[4], 1), (&[0], 0)] {
            assert!(inference.question(&document, answer, beams).is_err(), "{answer:?}, {beams} beams");
        }
        assert!(inference.document(" ").is_err());
    }

    #[test]
    fn more_beams_find_a_likelier_question() {
        tch::manual_seed(5);
        let vocabulary = Vocabulary::new((0..30).map(|i| format!("w{i}")));
        let config = NetConfig { embedding_size: 100, gru_units: 8, reset_after: true };
        let model = QuestionAnswer::new(&config, vocabulary.len(), Device::Cpu).unwrap();
        let inference =
            Inference { model: &model, vocabulary: &vocabulary, max_document_words: 9, max_question_words: 6 };
        let document = inference.document("w1 w2 w3").unwrap();
        let best = |beams| {
            let _no_grad = tch::no_grad_guard();
            inference.beams(&document, &[1], beams).unwrap()[0].mean_score()
        };
        assert!(best(20) >= best(1), "{} {}", best(20), best(1));
    }
}
