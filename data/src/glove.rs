//! The format of GloVe's word vectors: a word and its numbers in each line, with single blanks between.
//!
//! Pennington, Socher and Manning, "GloVe: Global vectors for word representation", 2014.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use anyhow::{Context, Result, ensure};

/// Entries of a vector.
pub const SIZE: usize = 100;

/// A word or its numbers are shorter than this many bytes.
const LONGEST_LINE: u64 = 1 << 16;

/// The vector of a word.
pub type Vector = [f32; SIZE];

/// Reads a file line by line, and passes the words that are wanted, with their vectors, to `take`. Returns the number of
/// lines.
///
/// # Errors
/// It cannot be read, is empty, or a line has another form: all lines need 100 numbers, and those of wanted words must
/// be finite. The message names file and line.
pub fn read(path: &Path, wanted: impl Fn(&str) -> bool, take: impl FnMut(&str, Vector)) -> Result<u64> {
    let file = File::open(path).with_context(|| format!("cannot read {}", path.display()))?;
    parse(BufReader::with_capacity(1 << 20, file), wanted, take)
        .with_context(|| format!("cannot use the word vectors {}", path.display()))
}

/// Reads from a stream.
///
/// # Errors
/// As [`read`].
pub fn parse(mut from: impl BufRead, wanted: impl Fn(&str) -> bool, mut take: impl FnMut(&str, Vector)) -> Result<u64> {
    let mut bytes = vec![];
    for number in 1.. {
        bytes.clear();
        from.by_ref().take(LONGEST_LINE).read_until(b'\n', &mut bytes)?;
        if bytes.is_empty() {
            ensure!(number > 1, "it is empty");
            return Ok(number - 1);
        }
        let mut line = || {
            let line = str::from_utf8(&bytes).context("it is not UTF-8")?.trim_end_matches(['\n', '\r', ' ']);
            let (word, numbers) = line.split_once(' ').context("it has a word without numbers")?;
            let found = numbers.bytes().filter(|byte| *byte == b' ').count() + 1;
            ensure!(found == SIZE, "it has {found} numbers instead of {SIZE}");
            if wanted(word) {
                take(word, vector(numbers).with_context(|| format!("the vector of `{word}`"))?);
            }
            Ok(())
        };
        line().with_context(|| format!("line {number}"))?;
    }
    Ok(0)
}

fn vector(numbers: &str) -> Result<Vector> {
    let mut vector: Vector = [0.0; SIZE];
    for (entry, text) in vector.iter_mut().zip(numbers.split(' ')) {
        *entry = text.parse().ok().with_context(|| format!("`{text}` is not a number"))?;
        ensure!(entry.is_finite(), "it contains NaN or infinity (`{text}`)");
    }
    Ok(vector)
}

/// Checks all lines of a file.
pub(crate) fn check(path: &Path) -> Result<()> {
    read(path, |_| true, |_, _| ()).map(|_| ())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(word: &str, value: &str, size: usize) -> String {
        format!("{word}{}\n", format!(" {value}").repeat(size))
    }

    fn read(text: &str) -> Result<Vec<(String, f32)>> {
        let mut found = vec![];
        parse(text.as_bytes(), |word| word != "skip", |word, vector| found.push((word.to_string(), vector[99])))?;
        Ok(found)
    }

    #[test]
    fn wanted_words_are_read() {
        let text =
            line("the", "0.5", 100) + &line("skip", "NaN", 100) + &line("лиса", "-1e-3", 100).replace('\n', "\r\n");
        assert_eq!(read(&text).unwrap(), [("the".to_string(), 0.5), ("лиса".to_string(), -0.001)]);
        assert_eq!(read(text.trim_end()).unwrap().len(), 2, "the last line may have no end");
    }

    #[test]
    fn wrong_lines_are_named() {
        let cases = [
            (String::new(), "it is empty"),
            (line("a", "1", 100) + &line("b", "1", 50), "line 2: it has 50 numbers instead of 100"),
            (line("a", "NaN", 100), "line 1: the vector of `a`: it contains NaN or infinity"),
            (line("a", "x", 100), "`x` is not a number"),
            ("alone\n".to_string(), "a word without numbers"),
            ("x".repeat(1 << 17), "line 1"),
        ];
        for (text, complaint) in cases {
            let error = format!("{:#}", read(&text).unwrap_err());
            assert!(error.contains(complaint), "no '{complaint}' in: {error}");
        }
        assert!(parse(&b"\xff 1\n"[..], |_| true, |_, _| ()).is_err());
    }
}
