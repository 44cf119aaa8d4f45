//! Documents, answers and questions as tensors (pp. 224-226).

use super::qa_vocabulary::{END, START, Vocabulary};
use anyhow::{Result, ensure};
use common::datasets::qa::Row;
use common::device::mix;
use common::transfer::upload;
use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;
use std::collections::HashMap;
use std::ops::Range;
use tch::{Device, Tensor};

/// A question to an answer within a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Example {
    /// Place of its document in [`Examples::documents`].
    pub document: usize,
    /// Places of the answer's words in the document, rising.
    pub answer: Vec<usize>,
    /// The question's words.
    pub question: Vec<String>,
}

/// Documents with questions to answers in them.
#[derive(Debug, Clone, Default)]
pub struct Examples {
    /// The words of each document.
    pub documents: Vec<Vec<String>>,
    /// Questions, those of a document next to each other.
    pub examples: Vec<Example>,
    /// Questions without a word, or whose answers all lie beyond the cut.
    pub dropped: usize,
}

impl Examples {
    /// Cuts documents to `max_document_words`. Answers beyond are left out, and so are questions that have no other.
    pub fn new(rows: &[Row], max_document_words: usize) -> Examples {
        let mut all = Examples::default();
        let mut by_document: Vec<Vec<Example>> = vec![];
        let mut places: HashMap<&str, usize> = HashMap::new();
        for row in rows {
            let document = *places.entry(&row.story_text).or_insert_with(|| {
                all.documents.push(words(&row.story_text).take(max_document_words).collect());
                by_document.push(vec![]);
                all.documents.len() - 1
            });
            let length = all.documents[document].len();
            let within = row.answer_token_ranges.iter().filter(|range| range.end <= length);
            let mut answer: Vec<usize> = within.cloned().flatten().collect();
            answer.sort_unstable();
            answer.dedup();
            let question: Vec<String> = words(&row.question).filter(|word| !word.is_empty()).collect();
            if answer.is_empty() || question.is_empty() {
                all.dropped += 1;
            } else {
                by_document[document].push(Example { document, answer, question });
            }
        }
        all.examples = by_document.concat();
        all
    }

    /// At most so many examples, evenly spread over the documents.
    pub fn take(mut self, most: usize) -> Examples {
        let kept = common::images::evenly(self.examples.len(), most);
        self.examples = kept.into_iter().map(|i| self.examples[i].clone()).collect();
        self
    }

    /// The words of all questions and of their documents; a word may come several times.
    pub fn all_words(&self) -> impl Iterator<Item = &str> {
        let questions = self.examples.iter().flat_map(|example| &example.question);
        questions.chain(self.document_words()).map(String::as_str)
    }

    /// The words of the documents that have questions.
    pub fn document_words(&self) -> impl Iterator<Item = &String> {
        self.groups().into_iter().flat_map(|group| &self.documents[self.examples[group.start].document])
    }

    /// The documents that have questions, with these.
    pub fn with_questions(&self) -> Vec<(&[String], Vec<&Example>)> {
        let document = |group: &Range<usize>| &self.documents[self.examples[group.start].document][..];
        self.groups().into_iter().map(|group| (document(&group), self.examples[group].iter().collect())).collect()
    }

    /// The questions of each document, as ranges of `examples`.
    fn groups(&self) -> Vec<Range<usize>> {
        let mut groups: Vec<Range<usize>> = vec![];
        for (i, example) in self.examples.iter().enumerate() {
            match groups.last_mut() {
                Some(group) if self.examples[group.start].document == example.document => group.end = i + 1,
                _ => groups.push(i..i + 1),
            }
        }
        groups
    }

    /// Examples as tensors.
    pub fn batch(&self, examples: &[usize], vocabulary: &Vocabulary, device: Device) -> Batch {
        let examples: Vec<&Example> = examples.iter().map(|&i| &self.examples[i]).collect();
        let mut documents: Vec<usize> = examples.iter().map(|example| example.document).collect();
        documents.dedup();
        let document_of: Vec<i64> = {
            let mut place = 0;
            examples
                .iter()
                .map(|example| {
                    place += usize::from(documents[place] != example.document);
                    place as i64
                })
                .collect()
        };
        let longest = |lengths: &mut dyn Iterator<Item = usize>| lengths.max().unwrap_or(0) as i64;
        let words = longest(&mut documents.iter().map(|&d| self.documents[d].len()));
        let answer = longest(&mut examples.iter().map(|example| example.answer.len()));
        let length = longest(&mut examples.iter().map(|example| example.question.len())) + 1;
        let (n, d) = (examples.len() as i64, documents.len() as i64);

        let tokens: Vec<Vec<i64>> = documents.iter().map(|&d| vocabulary.tokens(&self.documents[d])).collect();
        let (mut labels, mut masks) = (vec![0i64; (n * words) as usize], vec![0f32; (n * answer * words) as usize]);
        let (mut inputs, mut outputs) = (vec![], vec![]);
        for (i, example) in examples.iter().enumerate() {
            for (j, &place) in example.answer.iter().enumerate() {
                masks[(i * answer as usize + j) * words as usize + place] = 1.0;
                // All answers of a document in the batch are right answers to it.
                for k in (0..examples.len()).filter(|&k| examples[k].document == example.document) {
                    labels[k * words as usize + place] = 1;
                }
            }
            let question = vocabulary.tokens(&example.question);
            inputs.push([&[START], &question[..]].concat());
            outputs.push([&question[..], &[END]].concat());
        }
        Batch {
            documents: upload(&padded(&tokens, words).view([d, words]), device),
            document_of: upload(&Tensor::from_slice(&document_of), device),
            answer_labels: upload(&Tensor::from_slice(&labels).view([n, words]), device),
            answer_masks: upload(&Tensor::from_slice(&masks).view([n, answer, words]), device),
            question_inputs: upload(&padded(&inputs, length).view([n, length]), device),
            question_outputs: upload(&padded(&outputs, length).view([n, length]), device),
        }
    }
}

/// The words of a text in the data's form, between single blanks, in lower case. Two blanks have an empty word between
/// them: answers count it.
pub fn words(text: &str) -> impl Iterator<Item = String> {
    text.split(' ').map(str::to_lowercase)
}

fn padded(rows: &[Vec<i64>], length: i64) -> Tensor {
    let mut all = vec![0i64; rows.len() * length as usize];
    for (row, place) in rows.iter().zip(all.chunks_mut(length.max(1) as usize)) {
        place[..row.len()].copy_from_slice(row);
    }
    Tensor::from_slice(&all)
}

/// A batch. Documents are as long as the longest of them, questions likewise; 0 is padding.
#[derive(Debug)]
pub struct Batch {
    /// Tokens `[documents, words]`: each document once.
    pub documents: Tensor,
    /// The document of each question, `[questions]`.
    pub document_of: Tensor,
    /// 1 at the words of all answers that the batch has of a question's document, `[questions, words]`.
    pub answer_labels: Tensor,
    /// A row for each word of the answer, 1 at its place in the document, `[questions, answer, words]`, f32.
    pub answer_masks: Tensor,
    /// The start token and the question, `[questions, length]`.
    pub question_inputs: Tensor,
    /// The question and the end token, `[questions, length]`.
    pub question_outputs: Tensor,
}

impl Batch {
    /// Number of questions.
    pub fn len(&self) -> i64 {
        self.document_of.size()[0]
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// Batches of whole documents' questions: the same ones in each epoch, in an order that depends on seed and epoch only.
#[derive(Debug)]
pub struct BatchOrder {
    batches: Vec<Vec<usize>>,
    seed: u64,
    shuffled: Option<(u64, Vec<usize>)>,
}

impl BatchOrder {
    /// Batches of at most `batch_size` questions; only a document that has more is split.
    ///
    /// # Errors
    /// There is no question.
    pub fn new(examples: &Examples, batch_size: usize, seed: u64) -> Result<BatchOrder> {
        ensure!(!examples.examples.is_empty(), "there is no question to train on");
        let mut batches: Vec<Vec<usize>> = vec![];
        for group in examples.groups() {
            for part in group.collect::<Vec<usize>>().chunks(batch_size) {
                match batches.last_mut() {
                    Some(batch) if batch.len() + part.len() <= batch_size => batch.extend(part),
                    _ => batches.push(part.to_vec()),
                }
            }
        }
        Ok(BatchOrder { batches, seed, shuffled: None })
    }

    /// Batches in an epoch.
    pub fn per_epoch(&self) -> u64 {
        self.batches.len() as u64
    }

    /// The places of a batch's examples; epoch and batch count from 0.
    pub fn examples(&mut self, epoch: u64, batch: u64) -> &[usize] {
        if self.shuffled.as_ref().is_none_or(|(of, _)| *of != epoch) {
            let mut order: Vec<usize> = (0..self.batches.len()).collect();
            order.shuffle(&mut ChaCha8Rng::seed_from_u64(mix(&[self.seed, epoch])));
            self.shuffled = Some((epoch, order));
        }
        let order = self.shuffled.as_ref().map_or(&[][..], |(_, order)| order);
        &self.batches[order[batch as usize]]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tch::kind::FLOAT_CPU;

    fn row(story: &str, question: &str, ranges: &[(usize, usize)]) -> Row {
        Row {
            story_id: story.into(),
            story_text: story.into(),
            question: question.to_string(),
            answer_token_ranges: ranges.iter().map(|(start, end)| *start..*end).collect(),
        }
    }

    fn examples() -> Examples {
        let story = "The fox  ate grapes and slept";
        Examples::new(
            &[
                row(story, "Who ate ?", &[(0, 2)]),
                row("A crow sang", "Who sang ?", &[(1, 2)]),
                row(story, "What did it eat ?", &[(4, 5), (6, 7)]),
                row(story, "What did it do ?", &[(6, 7)]),
                row(story, "", &[(0, 1)]),
            ],
            6,
        )
    }

    #[test]
    fn documents_are_cut_and_keep_their_questions_together() {
        let examples = examples();
        assert_eq!(examples.documents[0], ["the", "fox", "", "ate", "grapes", "and"]);
        let found: Vec<(usize, &[usize])> =
            examples.examples.iter().map(|example| (example.document, &example.answer[..])).collect();
        // The answer beyond the cut is left out; a question with no other, or without a word, is dropped.
        assert_eq!(found, [(0, &[0, 1][..]), (0, &[4]), (1, &[1])]);
        assert_eq!(examples.dropped, 2);
    }

    #[test]
    fn a_batch_has_each_document_once_and_all_its_answers_as_labels() {
        let examples = examples();
        let vocabulary = Vocabulary::new(["the", "fox", "ate", "grapes", "who", "crow"].map(str::to_string));
        let batch = examples.batch(&[0, 1, 2], &vocabulary, Device::Cpu);
        let tokens = |rows: &[i64], width: i64| Tensor::from_slice(rows).view([-1, width]);
        assert_eq!(batch.documents, tokens(&[4, 5, 1, 6, 7, 1, 1, 9, 1, 0, 0, 0], 6));
        assert_eq!(batch.document_of, Tensor::from_slice(&[0i64, 0, 1]));
        let labels = tokens(&[1, 1, 0, 0, 1, 0, 1, 1, 0, 0, 1, 0, 0, 1, 0, 0, 0, 0], 6);
        assert_eq!(batch.answer_labels, labels);
        // The masks are those of each question's own answer.
        let places = |question: i64| batch.answer_masks.get(question).nonzero();
        assert_eq!(places(0), tokens(&[0, 0, 1, 1], 2));
        assert_eq!(places(1), tokens(&[0, 4], 2));
        assert_eq!(batch.answer_masks.size(), [3, 2, 6]);
        assert_eq!(batch.answer_masks.sum(FLOAT_CPU.0).double_value(&[]), 4.0);
        assert_eq!(batch.question_inputs.get(0), Tensor::from_slice(&[START, 8, 6, 1, 0, 0]));
        assert_eq!(batch.question_outputs.get(0), Tensor::from_slice(&[8, 6, 1, END, 0, 0]));
    }

    #[test]
    fn batches_hold_whole_documents_and_every_question_once() {
        let rows: Vec<Row> = (0..20)
            .flat_map(|story| (0..story % 5 + 1).map(move |_| row(&format!("story {story}"), "who ?", &[(0, 1)])))
            .chain((0..9).map(|_| row("a long story", "who ?", &[(0, 1)])))
            .collect();
        let examples = Examples::new(&rows, 10);
        let mut order = BatchOrder::new(&examples, 8, 1).unwrap();
        let mut of_epoch = |epoch| -> Vec<Vec<usize>> {
            (0..order.per_epoch()).map(|batch| order.examples(epoch, batch).to_vec()).collect()
        };
        let (first, second) = (of_epoch(0), of_epoch(1));
        assert_ne!(first, second);
        for epoch in [&first, &second] {
            let mut all = epoch.concat();
            all.sort_unstable();
            assert_eq!(all, (0..examples.examples.len()).collect::<Vec<_>>());
            assert!(epoch.iter().all(|batch| batch.len() <= 8));
            for group in examples.groups().into_iter().filter(|group| group.len() <= 8) {
                let holding = epoch.iter().filter(|batch| batch.iter().any(|i| group.contains(i)));
                assert_eq!(holding.count(), 1, "a document's questions are in one batch");
            }
        }
        assert_eq!(of_epoch(0), first);
        assert!(BatchOrder::new(&Examples::default(), 8, 1).is_err());
    }
}
