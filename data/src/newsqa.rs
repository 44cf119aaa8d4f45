//! The table of NewsQA that the book reads: CSV with the columns `story_id`, `story_text`, `question` and
//! `answer_token_ranges`.
//!
//! Trischler et al., "NewsQA: A machine comprehension dataset", 2017. NewsQA's own scripts make this table
//! (`split_data/train.csv` and so on): words and signs stand between single blanks, and `12:14,20:21` are the words 12,
//! 13 and 20.

use std::fs::File;
use std::io::{BufReader, Read};
use std::ops::Range;
use std::path::Path;

use anyhow::{Context, Result, bail, ensure};
use csv::StringRecord;

use crate::qa::{Row, Rows};

const COLUMNS: [&str; 4] = ["story_id", "story_text", "question", "answer_token_ranges"];

/// Reads a file.
///
/// # Errors
/// It cannot be read, lacks a column, or a line has another form; the message names file, line and value.
pub fn read(path: &Path) -> Result<Rows> {
    let mut rows = Rows::default();
    for_each(path, |row| rows.add(row))?;
    Ok(rows)
}

/// Reads a table from memory.
///
/// # Errors
/// As [`read`].
pub fn parse(bytes: &[u8]) -> Result<Rows> {
    let mut rows = Rows::default();
    lines(bytes, |row| rows.add(row))?;
    Ok(rows)
}

/// Checks a file without keeping its rows.
pub(crate) fn check(path: &Path) -> Result<()> {
    let mut answered = false;
    for_each(path, |row| answered |= !row.answer_token_ranges.is_empty())?;
    ensure!(answered, "no question has an answer");
    Ok(())
}

fn for_each(path: &Path, take: impl FnMut(Row)) -> Result<()> {
    let file = File::open(path).with_context(|| format!("cannot read {}", path.display()))?;
    lines(BufReader::new(file), take).with_context(|| format!("cannot use the table {}", path.display()))
}

fn lines(from: impl Read, mut take: impl FnMut(Row)) -> Result<()> {
    let mut reader = csv::Reader::from_reader(from);
    let columns = columns(reader.headers()?)?;
    let mut record = StringRecord::new();
    while reader.read_record(&mut record)? {
        let line = record.position().map_or(0, csv::Position::line);
        let [story_id, story_text, question, ranges] = columns.map(|column| record.get(column).unwrap_or_default());
        let answer_token_ranges = parse_ranges(ranges).with_context(|| format!("line {line}"))?;
        let (story_id, story_text, question) = (story_id.into(), story_text.into(), question.to_string());
        take(Row { story_id, story_text, question, answer_token_ranges });
    }
    Ok(())
}

/// Where the columns are.
fn columns(header: &StringRecord) -> Result<[usize; 4]> {
    let names: Vec<&str> = header.iter().map(|name| name.trim().trim_start_matches('\u{feff}')).collect();
    let mut places = [0; 4];
    for (place, column) in places.iter_mut().zip(COLUMNS) {
        let Some(found) = names.iter().position(|name| *name == column) else {
            let hint = match names.iter().any(|name| name.contains("char_ranges")) {
                true => {
                    ": it is NewsQA before its words are set apart; take the files that NewsQA's scripts write to `split_data`"
                }
                false => "",
            };
            bail!("it has no column `{column}`, only `{}`{hint}", names.join("`, `"));
        };
        *place = found;
    }
    Ok(places)
}

/// Parses `12:14,20:21`. A range without words is left out.
fn parse_ranges(text: &str) -> Result<Vec<Range<usize>>> {
    let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty() && *part != "None");
    let range = |part: &str| {
        let ends =
            part.split_once(':').and_then(|(start, end)| Some(start.trim().parse().ok()?..end.trim().parse().ok()?));
        ends.with_context(|| format!("`{part}` is not a range of words such as `12:14`"))
    };
    let ranges = parts.map(range).collect::<Result<Vec<Range<usize>>>>()?;
    Ok(ranges.into_iter().filter(|range| !range.is_empty()).collect())
}

impl Rows {
    /// Adds a row, if it has an answer and its document has all words of it.
    fn add(&mut self, row: Row) {
        let words = row.story_text.split(' ').count();
        match row.answer_token_ranges.iter().map(|range| range.end).max() {
            None => self.unanswered += 1,
            Some(end) if end > words => self.misplaced += 1,
            Some(_) => self.rows.push(row),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: &str = "story_id,story_text,question,answer_token_ranges\n";

    #[test]
    fn rows_are_read_and_answers_beyond_the_story_counted() {
        let table = format!(
            "{HEADER}a,\"the fox , \"\"hungry\"\" , ran\",who ran ?,0:2\nb,one two,what ?,\"0:1,1:2\"\nb,one two,why ?,1:3\nb,one two,when ?,\n"
        );
        let read = parse(table.as_bytes()).unwrap();
        assert_eq!((read.rows.len(), read.misplaced, read.unanswered), (2, 1, 1));
        assert_eq!(&*read.rows[0].story_text, "the fox , \"hungry\" , ran");
        assert_eq!(read.rows[1].answer_token_ranges, [0..1, 1..2]);
        let other_order = "question,x,answer_token_ranges,story_id,story_text\nwho ?,9,0:1,a,the fox\n";
        let read = parse([b"\xef\xbb\xbf", other_order.as_bytes()].concat().as_slice()).unwrap();
        assert_eq!((&*read.rows[0].story_id, read.rows[0].question.as_str()), ("a", "who ?"));
    }

    #[test]
    fn mistakes_are_told_with_their_line() {
        let cases = [
            ("story_id,story_text,question\n".to_string(), "no column `answer_token_ranges`"),
            ("story_id,story_text,question,answer_char_ranges\n".to_string(), "split_data"),
            (format!("{HEADER}a,b,c,0:1\na,b,c,one\n"), "line 3: `one` is not a range of words"),
            (format!("{HEADER}a,b,c,0:1,5\n"), "line: 2"),
            (format!("{HEADER}a,b,c,-1:2\n"), "`-1:2`"),
        ];
        for (table, complaint) in cases {
            let error = format!("{:#}", parse(table.as_bytes()).unwrap_err());
            assert!(error.contains(complaint), "no '{complaint}' in: {error}");
        }
    }
}
