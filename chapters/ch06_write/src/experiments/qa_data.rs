//! What the question and answer generator learns from: documents, questions, words and their vectors.

use super::qa_train::Config;
use crate::models::{Examples, Vocabulary};
use anyhow::{Context as _, Result, ensure};
use common::datasets::qa::Rows;
use common::datasets::{glove, newsqa, squad};
use common::training::RunFolder;
use common::{files, say};
use data::DataSet;
use serde::{Deserialize, Serialize};
use std::collections::HashSet;
use tch::Tensor;

/// A data set of questions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum QaSet {
    /// Paragraphs of Wikipedia.
    Squad,
    /// Articles of CNN, the book's set; by hand.
    Newsqa,
}

impl QaSet {
    /// Its name in the manifest.
    pub fn name(self) -> &'static str {
        match self {
            QaSet::Squad => "squad",
            QaSet::Newsqa => "newsqa",
        }
    }
}

/// Questions to train on, and others to documents that are held out.
#[derive(Debug)]
pub struct QaData {
    /// To train on.
    pub training: Examples,
    /// Held out.
    pub held_out: Examples,
    /// Questions without a word, or whose answers lie beyond the cut of their document.
    dropped: usize,
    /// Questions without an answer, or with one that is not whole words.
    without_answer: usize,
}

/// `vocabulary.json` in the run folder.
#[derive(Debug, Serialize, Deserialize)]
struct SavedVocabulary {
    /// Where the vectors came from.
    vectors: String,
    words: Vec<String>,
}

impl QaData {
    /// Reads a data set.
    ///
    /// # Errors
    /// A file is damaged, or no question is left.
    pub fn read(set: &DataSet, config: &Config) -> Result<QaData> {
        let [training, held_out] = match set.name.as_str() {
            "newsqa" => ["train.csv", "test.csv"].map(|file| newsqa::read(&set.file(file))),
            _ => ["train-v1.1.json", "dev-v1.1.json"].map(|file| squad::read(&set.file(file))),
        };
        let (training, held_out) = (training?, held_out?);
        let examples = |rows: &Rows, most: usize| {
            let examples = Examples::new(&rows.rows, config.max_document_words);
            ensure!(
                !examples.examples.is_empty(),
                "none of the {} questions of {} has its answer within {} words",
                rows.rows.len(),
                set.name,
                config.max_document_words
            );
            Ok(examples.take(most))
        };
        let without_answer = [&training, &held_out].iter().map(|rows| rows.misplaced + rows.unanswered).sum();
        let (training, held_out) =
            (examples(&training, config.questions)?, examples(&held_out, config.test_questions)?);
        let dropped = training.dropped + held_out.dropped;
        Ok(QaData { training, held_out, dropped, without_answer })
    }

    /// Says how much there is.
    pub fn report(&self) {
        let QaData { training, held_out, dropped, without_answer } = self;
        let (of_training, of_held_out) = (training.examples.len(), held_out.examples.len());
        say!("{of_training} questions to train on, {of_held_out} to other documents held out");
        if dropped + without_answer > 0 {
            say!(
                "left out: {dropped} whose answers lie beyond the cut, {without_answer} without an answer of whole words"
            );
        }
    }

    /// The vocabulary of a run and the vectors that its embedding begins with; `None` if the run has a checkpoint already.
    ///
    /// # Errors
    /// Vectors are damaged, or a file cannot be written.
    pub fn vocabulary(
        &self,
        glove: &DataSet,
        config: &Config,
        folder: &RunFolder,
        seed: u64,
    ) -> Result<(Vocabulary, Option<Tensor>)> {
        let path = folder.path.join("vocabulary.json");
        if folder.is_trained() {
            return Ok((QaData::saved_vocabulary(folder)?, None));
        }
        let wanted: HashSet<String> = self.training.all_words().map(str::to_string).collect();
        let vectors = glove::read(&glove.file("glove.6B.100d.txt"), &wanted)?;
        let Config { question_vocabulary, vocabulary, .. } = config;
        let has_vector = |word: &str| vectors.contains_key(word);
        let vocabulary = Vocabulary::choose(&self.training, *question_vocabulary, *vocabulary, has_vector);
        say!("a vocabulary of {} with word vectors, of {} words", vocabulary.len(), wanted.len());
        let saved = SavedVocabulary { vectors: glove.origin.description.clone(), words: vocabulary.words().to_vec() };
        let json = serde_json::to_string_pretty(&saved).context("cannot encode the vocabulary as JSON")?;
        files::write(&path, (json + "\n").as_bytes())?;
        let vectors = vocabulary.vectors(&vectors, seed);
        Ok((vocabulary, Some(vectors)))
    }

    /// The vocabulary of a run that has begun.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn saved_vocabulary(folder: &RunFolder) -> Result<Vocabulary> {
        Ok(Vocabulary::new(saved(folder)?.words))
    }

    /// Where a run's word vectors came from.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn vectors_of(folder: &RunFolder) -> Result<String> {
        Ok(saved(folder)?.vectors)
    }
}

fn saved(folder: &RunFolder) -> Result<SavedVocabulary> {
    let path = folder.path.join("vocabulary.json");
    let failed = || format!("{} is missing or damaged: train a new run", path.display());
    let text = std::fs::read_to_string(&path).with_context(failed)?;
    serde_json::from_str(&text).with_context(failed)
}
