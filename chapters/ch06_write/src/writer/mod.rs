//! Writing word by word with a trained model: a person chooses, or lets it go on (p. 216).

pub mod terminal;

use crate::models::fables::STORY_MARKER;
use crate::models::generation::{Generator, random};
use anyhow::Result;
use rand_chacha::ChaCha8Rng;

/// Words to choose from.
const CHOICES: usize = 10;

/// A story in the making.
#[derive(Debug)]
pub struct Writer<'a> {
    generator: Generator<'a>,
    /// The words, with the marker behind the last one of an ended story.
    words: Vec<String>,
    /// Number of words before each step that can be undone.
    steps: Vec<usize>,
    random: ChaCha8Rng,
    /// For words that the model draws.
    pub temperature: f64,
}

impl<'a> Writer<'a> {
    /// A story with this beginning.
    ///
    /// # Errors
    /// None of its words is known.
    pub fn new(generator: Generator<'a>, beginning: &str, seed: u64) -> Result<Writer<'a>> {
        let random = random(&[seed]);
        let mut writer = Writer { generator, words: vec![], steps: vec![], random, temperature: 0.5 };
        let unknown = writer.add(beginning);
        let nothing = writer.words.is_empty() && !unknown.is_empty();
        anyhow::ensure!(!nothing, "the model knows none of these words: {}", unknown.join(", "));
        Ok(writer)
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

    /// Adds words in small letters, punctuation apart from them; returns those that the model does not know, which are
    /// left out. The story goes on if it had ended.
    pub fn add(&mut self, text: &str) -> Vec<String> {
        let text = crate::models::fables::clean(text, 0);
        let tokenizer = &self.generator.text.tokenizer;
        let (known, unknown): (Vec<&str>, Vec<&str>) =
            text.split_whitespace().partition(|word| tokenizer.token(word).is_some());
        if !known.is_empty() {
            self.reopen();
            self.steps.push(self.words.len());
            self.words.extend(known.into_iter().map(str::to_string));
        }
        unknown.into_iter().map(str::to_string).collect()
    }

    /// Lets the model write up to `n` words, until the story ends.
    ///
    /// # Errors
    /// libtorch fails.
    pub fn go_on(&mut self, n: usize) -> Result<()> {
        self.reopen();
        let before = self.words.len();
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
        self.steps.push(before);
        Ok(())
    }

    /// Takes the last step back; returns whether there was one.
    pub fn undo(&mut self) -> bool {
        match self.steps.pop() {
            Some(words) => {
                self.words.truncate(words);
                true
            }
            None => false,
        }
    }

    /// A story that goes on has not ended.
    fn reopen(&mut self) {
        if self.is_ended() {
            self.words.pop();
        }
    }
}
