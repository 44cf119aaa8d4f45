//! Questions to a new document (pp. 231-233): which words could be answers, and what is asked for them.

use super::qa_batches::words;
use super::qa_vocabulary::{END, PADDING, START, UNKNOWN, Vocabulary};
use super::question_answer::QuestionAnswer;
use anyhow::{Result, ensure};
use std::ops::Range;
use tch::{Kind, Tensor};

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
    /// Reads a document whose words and punctuation stand between blanks.
    ///
    /// # Errors
    /// It has no word.
    pub fn document(&self, text: &str) -> Result<Document> {
        let words: Vec<String> = words(text).collect();
        ensure!(!words.is_empty(), "the document has no words");
        let tokens = Tensor::from_slice(&self.vocabulary.tokens(&words)).unsqueeze(0);
        Ok(Document { words, tokens: tokens.to_device(self.model.variables.device()) })
    }

    /// The probability of each word to belong to an answer.
    ///
    /// # Errors
    /// libtorch fails.
    pub fn answer_probabilities(&self, document: &Document) -> Result<Vec<f64>> {
        let tags = tch::no_grad(|| self.model.answer_model.forward_t(&document.tokens, false));
        Ok(tags.squeeze_dim(0).select(-1, 1).to_kind(Kind::Double).try_into()?)
    }

    /// The question to an answer, the likeliest word at each step (p. 232); with `beams` above 1 the likeliest of so many
    /// questions that are followed side by side.
    ///
    /// # Errors
    /// The answer lies outside the document, or libtorch fails.
    pub fn question(&self, document: &Document, answer: &Range<usize>, beams: usize) -> Result<String> {
        ensure!(
            !answer.is_empty() && answer.end <= document.words.len(),
            "words {} to {} are no answer in a document of {} words",
            answer.start,
            answer.end,
            document.words.len()
        );
        let _no_grad = tch::no_grad_guard();
        let mask = Tensor::zeros([answer.len() as i64, document.words.len() as i64], tch::kind::FLOAT_CPU);
        let diagonal = Tensor::eye(answer.len() as i64, tch::kind::FLOAT_CPU);
        mask.narrow(1, answer.start as i64, answer.len() as i64).copy_(&diagonal);
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
        let best = all.swap_remove(0);
        let words = best.tokens.iter().filter(|&&token| token != END).map(|&token| self.vocabulary.word(token));
        Ok(words.collect::<Vec<_>>().join(" "))
    }

    /// A question with each of its `n` likeliest next words. Padding and unknown words are never said.
    fn continuations(&self, beam: &Beam, n: usize) -> Result<Vec<Beam>> {
        let token = Tensor::from_slice(&[beam.tokens.last().copied().unwrap_or(START)]).unsqueeze(0);
        let token = token.to_device(beam.state.device());
        let [words, state] = self.model.question_model.forward_all(&[&token, &beam.state], false);
        // [1, 1, ..] -> [..]
        let probabilities = words.flatten(0, 2).to_kind(Kind::Double);
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
    use super::spans;

    #[test]
    fn spans_are_runs_above_the_threshold() {
        assert_eq!(spans(&[0.1, 0.5, 0.6, 0.2, 0.9], 0.5), [1..3, 4..5]);
        assert!(spans(&[0.1], 0.5).is_empty());
    }
}
