//! Synthetic data for SQuAD 1.1: short reports, with questions whose answers are passages of the report.
//!
//! A report is of one of ten kinds. Its sentences come from templates; names, places, dates, numbers and prices fill
//! them, and three to five questions ask for these.

mod kinds;
pub(crate) mod values;

use std::path::Path;

use anyhow::{Context, Result};
use serde_json::{Value, json};

use crate::dice::Dice;
use crate::grammar;
use kinds::{KINDS, Kind, Sentence};
use values::Values;

/// How many reports to write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Config {
    /// Seed of all choices.
    pub seed: u64,
    /// Number of reports in `train-v1.1.json`.
    pub train: u64,
    /// Number of reports in `dev-v1.1.json`.
    pub dev: u64,
}

impl Default for Config {
    fn default() -> Config {
        Config { seed: 2016, train: 600, dev: 120 }
    }
}

/// Writes `train-v1.1.json` and `dev-v1.1.json` to the folder `dir`. Each article has all reports of one kind.
///
/// # Errors
/// A file cannot be written.
pub fn write(dir: &Path, config: &Config) -> Result<()> {
    for (file, (name, count)) in (0..).zip([("train-v1.1.json", config.train), ("dev-v1.1.json", config.dev)]) {
        let mut articles = vec![vec![]; KINDS.len()];
        for number in 0..count {
            let kind = number as usize % KINDS.len();
            let report = report(&KINDS[kind], &mut Dice::new(config.seed, file, number))?;
            articles[kind].push(report.as_json(&format!("{file}-{number}")));
        }
        let articles = KINDS.iter().zip(articles).filter(|(_, paragraphs)| !paragraphs.is_empty());
        let articles = articles.map(|(kind, paragraphs)| json!({ "title": kind.title, "paragraphs": paragraphs }));
        let text = json!({ "version": "1.1", "data": articles.collect::<Vec<Value>>() }).to_string();
        let path = dir.join(name);
        std::fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))?;
    }
    Ok(())
}

/// The text of all reports and questions, for those who need their words.
pub(crate) fn all_text(config: &Config) -> Result<String> {
    let mut all = String::new();
    for (file, count) in [(0, config.train), (1, config.dev)] {
        for number in 0..count {
            let kind = &KINDS[number as usize % KINDS.len()];
            let report = report(kind, &mut Dice::new(config.seed, file, number))?;
            all += &report.text;
            for question in report.questions {
                all += &format!(" {} ", question.text);
            }
        }
    }
    Ok(all)
}

/// A report and its questions.
#[derive(Default)]
struct Report {
    text: String,
    questions: Vec<Question>,
}

struct Question {
    text: String,
    answer: String,
    /// Where the answer starts in the report, in characters.
    start: usize,
}

impl Report {
    fn as_json(&self, id: &str) -> Value {
        let question = |(number, question): (usize, &Question)| {
            json!({
                "id": format!("{id}-{number}"),
                "question": question.text,
                "answers": [{ "answer_start": question.start, "text": question.answer }],
            })
        };
        let questions: Vec<Value> = self.questions.iter().enumerate().map(question).collect();
        json!({ "context": self.text, "qas": questions })
    }
}

/// A report of this kind: its first sentence, and five or six of the others in their order.
fn report(kind: &Kind, dice: &mut Dice) -> Result<Report> {
    let (first, others) = kind.sentences.split_first().context("a kind has no sentences")?;
    let keep = others.len().min(5 + usize::from(dice.below(2)));
    let mut chosen: Vec<usize> = (0..others.len()).collect();
    while chosen.len() > keep {
        chosen.remove(usize::from(dice.below(chosen.len() as u8)));
    }
    let mut values = Values::default();
    let mut report = Report::default();
    for sentence in std::iter::once(first).chain(chosen.into_iter().map(|i| &others[i])) {
        report.add(sentence, &mut values, dice)?;
    }
    let questions = 3 + usize::from(dice.below(3));
    while report.questions.len() > questions {
        report.questions.remove(usize::from(dice.below(report.questions.len() as u8)));
    }
    Ok(report)
}

impl Report {
    /// Adds a sentence and all questions that it answers.
    fn add(&mut self, sentence: &Sentence, values: &mut Values, dice: &mut Dice) -> Result<()> {
        if !self.text.is_empty() {
            self.text.push(' ');
        }
        let start = self.text.chars().count();
        let made = grammar::sentence(sentence.text, dice, |key, dice| values.look_up(key, dice))?;
        for (question, key) in sentence.questions {
            let (_, place) = made.keys.iter().find(|(known, _)| known == key).context("a question has no answer")?;
            let text = grammar::sentence(question, dice, |key, dice| values.look_up(key, dice))?.text;
            let answer = made.text.chars().skip(place.start).take(place.len()).collect();
            self.questions.push(Question { text, answer, start: start + place.start });
        }
        self.text += &made.text;
        Ok(())
    }
}
