//! GloVe: word vectors of 100 numbers, trained on how often words occur together.
//!
//! Pennington, Socher and Manning, "GloVe: Global vectors for word representation", 2014.

use anyhow::Result;
use std::collections::{HashMap, HashSet};
use std::path::Path;

pub use data::glove::{SIZE, Vector};

/// The vectors of the wanted words that the file `glove.6B.100d.txt` has. Its words are in lower case. The file is read
/// once, line by line; if it has a word twice, the first line counts.
///
/// # Errors
/// The file cannot be read, is empty, or a line does not have a word and 100 numbers, which must be finite for a wanted
/// word; the message names file and line.
pub fn read(path: &Path, wanted: &HashSet<String>) -> Result<HashMap<String, Vector>> {
    let mut found = HashMap::new();
    let take = |word: &str, vector| {
        found.entry(word.to_string()).or_insert(vector);
    };
    data::glove::read(path, |word| wanted.contains(word), take)?;
    Ok(found)
}
