//! The table of attributes.

use std::collections::{HashMap, HashSet};
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, anyhow, bail, ensure};

use super::is_image;
use crate::text;

/// The headings of the images' column.
const NAME_HEADINGS: [&str; 6] = ["image_id", "filename", "file_name", "image_name", "image", "file"];
/// A table of binary attributes.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Table {
    /// The names of the attributes, in the table's order.
    pub attributes: Vec<String>,
    /// The names of the images, in the table's order, as the table has them.
    pub names: Vec<String>,
    /// The attributes of each image: a bit each, the first one lowest.
    pub rows: Vec<u64>,
}

impl Table {
    /// Reads a file.
    ///
    /// # Errors
    /// The file cannot be read or is no such table; the message names the file, the line, and what to do.
    pub fn read(path: &Path) -> Result<Table> {
        let bytes = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
        Table::parse(&bytes).with_context(|| format!("cannot use the table {}", path.display()))
    }

    /// Reads a table from memory.
    ///
    /// # Errors
    /// As [`Table::read`].
    pub fn parse(bytes: &[u8]) -> Result<Table> {
        let text = text::decode(bytes)
            .map_err(|error| anyhow!("{error:#}; save the table as text (CSV, UTF-8) under its name"))?;
        let mut lines = (1..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty());
        let (number, first) = lines.next().context("it is empty")?;
        let alone = first.trim_matches(|c: char| c.is_whitespace() || ",;\"'".contains(c));
        let count: Option<usize> = alone.parse().ok();
        let (_, header) = if count.is_some() { lines.next().context("it has no header")? } else { (number, first) };
        let mut lines = lines.peekable();
        let form = Form::of(header, lines.peek().map(|(_, line)| *line), count.is_some())?;
        let mut table = Table { attributes: form.attributes.clone(), ..Table::default() };
        table.check_header()?;
        for (number, line) in lines {
            table.push(&form, line).with_context(|| format!("line {number}"))?;
        }
        table.check_rows(count)?;
        Ok(table)
    }

    fn check_header(&self) -> Result<()> {
        let Table { attributes, .. } = self;
        ensure!((1..=64).contains(&attributes.len()), "its header has {} attributes", attributes.len());
        let valid = |name: &String| !name.is_empty() && name.parse::<f64>().is_err();
        let wrong = attributes.iter().find(|name| !valid(name));
        ensure!(wrong.is_none(), "its header has the invalid attribute name '{}'", wrong.map_or("", String::as_str));
        let distinct: HashSet<&String> = attributes.iter().collect();
        ensure!(distinct.len() == attributes.len(), "its header lists an attribute twice");
        Ok(())
    }

    fn push(&mut self, form: &Form, line: &str) -> Result<()> {
        let cells = form.cells(line);
        let (name, values) = cells.get(form.skipped..).and_then(<[&str]>::split_first).context("it has no values")?;
        // Some tables have the path of the image instead of its name.
        let name = name.rsplit(['/', '\\']).next().unwrap_or_default();
        ensure!(!matches!(name, "" | "." | ".."), "it does not begin with an image name: {}", start(line));
        let due = self.attributes.len();
        ensure!(values.len() <= due, "it has more than {due} values");
        ensure!(values.len() == due, "it has {} values for {due} attributes", values.len());
        let mut bits = 0;
        for (column, value) in values.iter().enumerate() {
            bits |= u64::from(truth(value)?) << column;
        }
        self.names.push(name.to_string());
        self.rows.push(bits);
        Ok(())
    }

    fn check_rows(&self, count: Option<usize>) -> Result<()> {
        let rows = self.names.len();
        ensure!(rows > 0, "it has no rows");
        ensure!(
            count.is_none_or(|count| count == rows),
            "its first line says {} rows, but there are {rows}: it is cut off, or rows were added",
            count.unwrap_or_default()
        );
        let mut seen = HashMap::new();
        for (row, name) in self.names.iter().enumerate() {
            if let Some(first) = seen.insert(name, row) {
                bail!("the image {name} has two rows, number {} and number {}", first + 1, row + 1);
            }
        }
        Ok(())
    }
}

/// How the cells of a table are arranged.
struct Form {
    /// What sets cells apart; `None` for blanks.
    separator: Option<char>,
    /// Columns before the images' names, such as one that counts the rows.
    skipped: usize,
    attributes: Vec<String>,
}

impl Form {
    fn of(header: &str, first_row: Option<&str>, counted: bool) -> Result<Form> {
        let often = |c: &char| header.matches(*c).count();
        let separator = [',', ';', '\t'].into_iter().filter(|c| often(c) > 0).max_by_key(often);
        let mut form = Form { separator, skipped: 0, attributes: vec![] };
        let headings = form.cells(header);
        let row = first_row.map(|line| form.cells(line)).unwrap_or_default();
        let names = |heading: Option<&&str>| heading.is_some_and(|h| NAME_HEADINGS.contains(&&*h.to_lowercase()));
        let unnamed = headings.first().is_some_and(|h| h.is_empty() || *h == "index" || h.starts_with("Unnamed"));
        let attributes = if names(headings.first()) {
            // R writes row numbers without a heading.
            form.skipped = usize::from(row.len() == headings.len() + 1 && row[0].parse::<u64>().is_ok());
            &headings[1..]
        } else if unnamed && names(headings.get(1)) {
            form.skipped = 1;
            &headings[2..]
        } else if unnamed && row.first().is_some_and(|name| is_image(name)) {
            &headings[1..] // pandas, with the names as its index
        } else if counted {
            &headings[..]
        } else if separator.is_none() {
            bail!(
                "its first line is not the number of images: {}; the original file begins with 202599, then a line of \
                 40 attributes",
                start(header)
            )
        } else {
            bail!(
                "its header does not begin with image_id or filename: {}; name the column of the images so",
                start(header)
            )
        };
        form.attributes = attributes.iter().map(|name| name.to_string()).collect();
        Ok(form)
    }

    /// The cells of a line, without quotes; empty ones at the end, which spreadsheets add, do not count.
    fn cells<'a>(&self, line: &'a str) -> Vec<&'a str> {
        let plain = |cell: &'a str| cell.trim().trim_matches(['"', '\'']).trim();
        let mut cells: Vec<&str> = match self.separator {
            Some(separator) => line.split(separator).map(plain).collect(),
            None => line.split_whitespace().map(plain).collect(),
        };
        while cells.last().is_some_and(|cell| cell.is_empty()) {
            cells.pop();
        }
        cells
    }
}

/// Whether a value says that an image has the attribute.
fn truth(value: &str) -> Result<bool> {
    match value {
        "1" | "+1" | "1.0" => Ok(true),
        "-1" | "0" | "-1.0" | "0.0" => Ok(false),
        _ if value.eq_ignore_ascii_case("true") => Ok(true),
        _ if value.eq_ignore_ascii_case("false") => Ok(false),
        _ => bail!("an attribute is 1 or -1, not '{}'", start(value)),
    }
}

/// The start of a text, for messages.
fn start(text: &str) -> String {
    text.chars().take(40).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROWS: [(&str, [&str; 2]); 3] =
        [("000001.jpg", ["-1", "1"]), ("000002.jpg", ["1", "-1"]), ("3.png", ["1", "1"])];

    fn due() -> Table {
        let texts = |names: &[&str]| names.iter().map(|name| name.to_string()).collect();
        let names = ROWS.map(|(name, _)| name);
        Table { attributes: texts(&["Male", "5_o_Clock"]), names: texts(&names), rows: vec![2, 1, 3] }
    }

    /// The table with these headings, each row as this function says.
    fn table(head: &str, row: impl Fn(usize, &str, [&str; 2]) -> String) -> String {
        let rows: Vec<String> = ROWS.iter().enumerate().map(|(i, (name, values))| row(i, name, *values)).collect();
        format!("{head}\n{}\n", rows.join("\n"))
    }

    #[test]
    fn every_clear_form_is_read() {
        let csv = table("image_id,Male,5_o_Clock", |_, name, [a, b]| format!("{name},{a},{b}"));
        let forms = [
            csv.clone(),
            table("3\nMale 5_o_Clock ", |_, name, [a, b]| format!("{name} {a}  {b}")),
            csv.replace("image_id", "filename"),
            csv.replace("image_id", "FileName"),
            csv.replace(',', ";"),
            csv.replace(',', "\t"),
            csv.replace(',', ",  "),
            csv.replace(",-1", ",0"),
            csv.replace('\n', ",,\n"),
            csv.replace('\n', "\r\n"),
            csv.replace('\n', "\r"),
            format!("\n{csv}\n\n"),
            format!("\u{feff}{csv}"),
            table("\"image_id\";\"Male\";\"5_o_Clock\"", |_, name, [a, b]| format!("\"{name}\";\"{a}\";\"{b}\"")),
            table(",image_id,Male,5_o_Clock", |i, name, [a, b]| format!("{i},{name},{a},{b}")),
            table("Unnamed: 0,filename,Male,5_o_Clock", |i, name, [a, b]| format!("{i},{name},{a}.0,{b}.0")),
            table("image_id Male 5_o_Clock", |i, name, [a, b]| format!("\"{i}\" \"{name}\" {a} {b}")),
            table(",Male,5_o_Clock", |_, name, [a, b]| format!("{name},{a},{b}")),
            table("3;;\nMale;5_o_Clock", |_, name, [a, b]| format!("{name};{a};{b}")),
            table("image_id,Male,5_o_Clock", |_, name, [a, b]| {
                format!("img_align_celeba/{name},{},{}", a == "1", b == "1")
            }),
        ];
        for form in forms {
            assert_eq!(Table::parse(form.as_bytes()).with_context(|| form.clone()).unwrap(), due());
        }
        let little: Vec<u8> = csv.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = csv.encode_utf16().flat_map(u16::to_be_bytes).collect();
        for bytes in [[&[0xff, 0xfe], &little[..]].concat(), [&[0xfe, 0xff], &big[..]].concat(), little, big] {
            assert_eq!(Table::parse(&bytes).unwrap(), due());
        }
    }

    #[test]
    fn what_is_not_clear_is_named() {
        let csv = table("image_id,Male,5_o_Clock", |_, name, [a, b]| format!("{name},{a},{b}"));
        let cases: [(Vec<u8>, &str); 8] = [
            (csv.replace("image_id", "name").into(), "image_id or filename"),
            (csv.replacen(",1", ",2", 1).into(), "1 or -1, not '2'"),
            (csv.replacen("000002.jpg,", ",", 1).into(), "line 3: it does not begin with an image name"),
            (format!("7\n{csv}").into(), "says 7 rows, but there are 3"),
            (b"PK\x03\x04rest".to_vec(), "zip archive"),
            (b"<!DOCTYPE html><html>".to_vec(), "web page"),
            (b"image_id,M\xe4nnlich\n1.jpg,1\n".to_vec(), "UTF-8"),
            (vec![], "it is empty"),
        ];
        for (bytes, complaint) in cases {
            let error = format!("{:#}", Table::parse(&bytes).unwrap_err());
            assert!(error.contains(complaint), "no '{complaint}' in: {error}");
        }
    }
}
