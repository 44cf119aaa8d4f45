//! Reading the files of a run.

use serde_json::Value;
use std::path::Path;

/// The text of a file.
///
/// # Panics
/// It cannot be read or is not UTF-8.
#[track_caller]
pub fn text(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// A JSON file.
///
/// # Panics
/// It cannot be read or is not JSON.
#[track_caller]
pub fn json(path: &Path) -> Value {
    serde_json::from_str(&text(path)).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The rows of a CSV file, the heading first.
///
/// # Panics
/// It cannot be read, is not CSV, or has rows of different lengths.
#[track_caller]
pub fn csv(path: &Path) -> Vec<Vec<String>> {
    let text = text(path);
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(text.as_bytes());
    let rows = reader.records().map(|row| row.unwrap_or_else(|error| panic!("{}: {error}", path.display())));
    rows.map(|row| row.iter().map(String::from).collect()).collect()
}
