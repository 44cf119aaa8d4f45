//! Writing word by word with a trained model: a person chooses, or lets it go on (p. 216).

pub mod terminal;

use crate::models::fables::{STORY_MARKER, clean};
use crate::models::generation::{Generator, random};
use anyhow::{Result, ensure};
use rand_chacha::ChaCha8Rng;

/// Words to choose from.
const CHOICES: usize = 10;

/// A story in the making.
#[derive(Debug)]
pub struct Writer<'a> {
    generator: Generator<'a>,
    /// The words, with the marker after the last one of an ended story.
    words: Vec<String>,
    /// The words before each step that can be undone.
    steps: Vec<Vec<String>>,
    random: ChaCha8Rng,
    /// For words that the model draws.
    pub temperature: f64,
}

impl<'a> Writer<'a> {
    /// A story with this beginning; and its words that the model does not know, which are left out.
    ///
    /// # Errors
    /// None of its words is known.
    pub fn new(generator: Generator<'a>, beginning: &str, seed: u64) -> Result<(Writer<'a>, Vec<String>)> {
        let random = random(&[seed]);
        let mut writer = Writer { generator, words: vec![], steps: vec![], random, temperature: 0.5 };
        let unknown = writer.add(beginning);
        let nothing = writer.words.is_empty() && !unknown.is_empty();
        ensure!(!nothing, "the model knows none of these words: {}", unknown.join(", "));
        writer.steps.clear();
        Ok((writer, unknown))
    }

    /// The story so far.
    pub fn text(&self) -> String {
        let ended = usize::from(self.is_ended());
        self.words[..self.words.len() - ended].join(" ")
    }

    /// Whether the story has ended.
    pub fn is_ended(&self) -> bool {
        self.words.last().is_some_and(|word| word == STORY_MARKER)
    }

    /// The likeliest next words with their probabilities; the marker stands for the end of the story.
    ///
    /// # Errors
    /// libtorch fails.
    pub fn choices(&self) -> Result<Vec<(String, f64)>> {
        self.generator.likeliest(&self.text(), CHOICES)
    }

    /// Adds words in lower case, punctuation apart from them; returns those that the model does not know, which are left
    /// out. The story goes on if it had ended.
    pub fn add(&mut self, text: &str) -> Vec<String> {
        let text = clean(&text.split_whitespace().collect::<Vec<_>>().join(" "), 0);
        let tokenizer = &self.generator.text.tokenizer;
        let (known, unknown): (Vec<&str>, Vec<&str>) =
            text.split_whitespace().partition(|word| tokenizer.token(word).is_some());
        if !known.is_empty() {
            self.begin_step();
            self.words.extend(known.into_iter().map(str::to_string));
        }
        unknown.into_iter().map(str::to_string).collect()
    }

    /// Lets the model write up to `n` words, until the story ends.
    ///
    /// # Errors
    /// libtorch fails.
    pub fn go_on(&mut self, n: usize) -> Result<()> {
        if n > 0 {
            self.begin_step();
        }
        for _ in 0..n {
            let text = self.words.join(" ");
            match self.generator.next_word(&text, self.temperature, &mut self.random)? {
                Some(word) => self.words.push(word),
                None => {
                    self.words.push(STORY_MARKER.to_string());
                    break;
                }
            }
        }
        Ok(())
    }

    /// Takes the last step back; returns whether there was one.
    pub fn undo(&mut self) -> bool {
        let before = self.steps.pop();
        let undoes = before.is_some();
        self.words = before.unwrap_or_else(|| std::mem::take(&mut self.words));
        undoes
    }

    /// Remembers the words for [`Writer::undo`]; a story that goes on has not ended.
    fn begin_step(&mut self) {
        self.steps.push(self.words.clone());
        if self.is_ended() {
            self.words.pop();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::models::{NetConfig, Text, TextModel};

    #[test]
    fn steps_are_undone_and_ends_come_back() {
        tch::manual_seed(1);
        let text = Text::new("the fox saw the grapes and the crow saw the fox and ate", 2).unwrap();
        let config = NetConfig { embedding_size: 4, n_units: 4, ..NetConfig::book() };
        let model = TextModel::new(&config, text.tokenizer.total_words(), tch::Device::Cpu).unwrap();
        let generator = Generator { model: &model, text: &text };
        let (mut writer, unknown) = Writer::new(generator, "The  FOX, xyzzy", 1).unwrap();
        assert_eq!((writer.text().as_str(), unknown), ("the fox", vec![",".to_string(), "xyzzy".to_string()]));
        assert!(!writer.undo(), "the beginning stays");
        assert_eq!(writer.add("ate the grapes"), Vec::<String>::new());
        writer.add(STORY_MARKER);
        assert!(writer.is_ended());
        assert_eq!(writer.text(), "the fox ate the grapes");
        writer.add("and");
        assert_eq!((writer.text().as_str(), writer.is_ended()), ("the fox ate the grapes and", false));
        assert!(writer.undo() && writer.is_ended());
        writer.go_on(0).unwrap();
        assert!(writer.is_ended(), "no word, no step");
        writer.go_on(3).unwrap();
        assert!(writer.undo() && writer.undo() && writer.undo());
        assert_eq!(writer.text(), "the fox");
        assert!(Writer::new(generator, "xyzzy", 1).is_err());
        assert!(Writer::new(generator, "", 1).is_ok());
    }
}
