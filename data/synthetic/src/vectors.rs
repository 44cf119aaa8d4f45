//! Synthetic data for GloVe: vectors for the words of the synthetic reports, in which related words are near.
//!
//! A vector is the sum of a direction that all words of one sense share, such as towns, months or numbers, and of a
//! direction of its own. The senses are the lists of `documents::values`; numbers are one sense, whatever they count.
//! Words of no list, such as `the` and `bridge`, and of names in two words have only directions of their own.

use std::collections::{BTreeSet, HashMap};
use std::fmt::Write;
use std::path::Path;

use anyhow::{Context, Result};

use crate::dice::Dice;
use crate::documents::{self, values};

/// Entries of a vector.
const SIZE: usize = 100;

/// Standard deviation of the entries of GloVe's vectors of common words, roughly.
const DEVIATION: f32 = 0.4;

/// Length of the shared direction beside the word's own, which has length 1: the cosine of two words of one sense is
/// about 0.7.
const SHARED: f32 = 1.5;

/// Writes `glove.6B.100d.txt` to the folder `dir`: a word and 100 numbers in each line.
///
/// # Errors
/// The file cannot be written.
pub fn write(dir: &Path) -> Result<()> {
    let text = documents::all_text(&documents::Config::default())?;
    let words: BTreeSet<String> = words(&text).collect();
    let senses = senses();
    let mut lines = String::new();
    for (number, word) in (0..).zip(&words) {
        let sense = match senses.get(word) {
            Some(sense) => Some(*sense),
            None => word.starts_with(|c: char| c.is_ascii_digit()).then_some(values::LISTS.len() as u64),
        };
        lines += word;
        for value in vector(number, sense) {
            write!(lines, " {value:.5}")?;
        }
        lines.push('\n');
    }
    let path = dir.join("glove.6B.100d.txt");
    std::fs::write(&path, lines).with_context(|| format!("cannot write {}", path.display()))
}

/// The words and signs of a text, in lower case; a comma or point between digits belongs to the number.
fn words(text: &str) -> impl Iterator<Item = String> {
    let letters: Vec<char> = text.to_lowercase().chars().collect();
    let mut words = vec![String::new()];
    for (at, letter) in letters.iter().enumerate() {
        let digit = |at: usize| letters.get(at).is_some_and(char::is_ascii_digit);
        let within = matches!(letter, ',' | '.') && at > 0 && digit(at - 1) && digit(at + 1);
        match words.last_mut() {
            Some(word) if letter.is_alphanumeric() || within => word.push(*letter),
            _ if letter.is_whitespace() => words.push(String::new()),
            _ => words.extend([letter.to_string(), String::new()]),
        }
    }
    words.into_iter().filter(|word| !word.is_empty())
}

/// The number of the list that each word is in.
fn senses() -> HashMap<String, u64> {
    let lists = (0..).zip(values::LISTS);
    lists.flat_map(|(sense, (_, texts))| texts.iter().map(move |text| (text.to_lowercase(), sense))).collect()
}

fn vector(number: u64, sense: Option<u64>) -> Vec<f32> {
    let mut own = Dice::new(2014, 0, number);
    let mut shared = sense.map(|sense| Dice::new(2014, 1, sense));
    let mut entry = || {
        let shared = shared.as_mut().map(|dice| SHARED * dice.normal(1.0));
        let scale = if shared.is_some() { (1.0 + SHARED * SHARED).sqrt() } else { 1.0 };
        DEVIATION * (own.normal(1.0) + shared.unwrap_or(0.0)) / scale
    };
    (0..SIZE).map(|_| entry()).collect()
}
