//! The format of SQuAD 1.1: JSON with articles, their paragraphs, questions, and answers that are passages of a paragraph.
//!
//! Rajpurkar, Zhang, Lopyrev and Liang, "SQuAD: 100,000+ questions for machine comprehension of text", 2016.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use serde::{Deserialize, Serialize};

/// Maximum length of a file in bytes.
const LONGEST: u64 = 1 << 30;

/// A file of questions and answers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Squad {
    /// The version of the data: `1.1`.
    #[serde(default)]
    pub version: String,
    /// The articles.
    pub data: Vec<Article>,
}

/// An article.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Article {
    /// Its title, with `_` for blanks.
    #[serde(default)]
    pub title: String,
    /// Its paragraphs.
    pub paragraphs: Vec<Paragraph>,
}

/// A paragraph with questions.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Paragraph {
    /// Its text.
    pub context: String,
    /// Questions about it.
    pub qas: Vec<Question>,
}

/// A question.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Question {
    /// A name that no other question has.
    #[serde(default)]
    pub id: String,
    /// Its text.
    pub question: String,
    /// The answers of one or more people; none in SQuAD 2.0 if the paragraph has no answer.
    #[serde(default)]
    pub answers: Vec<Answer>,
}

/// A passage that answers a question.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Answer {
    /// The passage.
    pub text: String,
    /// Where it starts in the paragraph, counted in characters (Unicode code points) from 0.
    pub answer_start: usize,
}

impl Squad {
    /// Reads a file.
    ///
    /// # Errors
    /// It cannot be read, has another format, or has no question with an answer; the message names file and line.
    pub fn read(path: &Path) -> Result<Squad> {
        let failed = || format!("cannot read {}", path.display());
        let length = fs::metadata(path).with_context(failed)?.len();
        ensure!(length <= LONGEST, "{} is longer than {LONGEST} bytes", path.display());
        let bytes = fs::read(path).with_context(failed)?;
        Squad::parse(&bytes).with_context(|| format!("{} is not in SQuAD's format", path.display()))
    }

    /// Reads from memory.
    ///
    /// # Errors
    /// As [`Squad::read`].
    pub fn parse(bytes: &[u8]) -> Result<Squad> {
        let squad: Squad = serde_json::from_slice(bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes))?;
        ensure!(squad.questions().any(|question| !question.answers.is_empty()), "no question has an answer");
        Ok(squad)
    }

    /// All questions.
    pub fn questions(&self) -> impl Iterator<Item = &Question> {
        self.data.iter().flat_map(|article| &article.paragraphs).flat_map(|paragraph| &paragraph.qas)
    }
}
