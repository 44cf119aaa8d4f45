//! The words of a language, by number.

use super::translator::{END, PADDING, START};
use std::collections::HashMap;

/// Words and their numbers, from 3 on; 0 to 2 are padding, start and end.
#[derive(Debug, Clone)]
pub struct WordTable {
    words: Vec<String>,
    numbers: HashMap<String, i64>,
}

impl WordTable {
    /// The words of some sentences, in alphabetical order.
    pub fn new<'a>(sentences: impl IntoIterator<Item = &'a str>) -> WordTable {
        let mut words: Vec<String> =
            sentences.into_iter().flat_map(str::split_whitespace).map(str::to_string).collect();
        words.sort();
        words.dedup();
        let numbers = words.iter().cloned().zip(END + 1..).collect();
        WordTable { words, numbers }
    }

    /// The size of the vocabulary.
    pub fn len(&self) -> i64 {
        self.words.len() as i64 + END + 1
    }

    /// Whether there is no word.
    pub fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    /// The numbers of a sentence's words between start and end; None if one is unknown.
    pub fn encode(&self, sentence: &str) -> Option<Vec<i64>> {
        let words = sentence.split_whitespace().map(|word| self.numbers.get(word).copied());
        [Some(START)].into_iter().chain(words).chain([Some(END)]).collect()
    }

    /// The words of numbers, up to the end.
    pub fn decode(&self, numbers: &[i64]) -> Vec<&str> {
        let until_end = numbers.iter().take_while(|&&number| number != END);
        until_end
            .filter_map(|&number| self.words.get(usize::try_from(number - END - 1).ok()?).map(String::as_str))
            .collect()
    }
}

/// Rows of one length, with padding after shorter ones.
pub fn padded(rows: &[Vec<i64>]) -> Vec<Vec<i64>> {
    let longest = rows.iter().map(Vec::len).max().unwrap_or_default();
    let pad = |row: &Vec<i64>| row.iter().copied().chain(std::iter::repeat(PADDING)).take(longest).collect();
    rows.iter().map(pad).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_stand_between_start_and_end() {
        let table = WordTable::new(["the fox", "a fox ."]);
        assert_eq!(table.len(), 7);
        let row = table.encode("the fox .").unwrap();
        assert_eq!(row, [START, 6, 5, 3, END]);
        assert_eq!(table.decode(&row[1..]), ["the", "fox", "."]);
        assert_eq!(table.encode("the cat"), None);
        assert_eq!(padded(&[vec![1, 2], vec![3, 4, 5]]), [vec![1, 2, 0], vec![3, 4, 5]]);
    }
}
