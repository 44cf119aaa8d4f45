//! `cargo book readme`: the table of sections in README.md, written from the chapters' tables.

use std::fmt::Write;
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, Result};
use data::say;

use crate::experiments::{Chapter, Experiments};
use crate::list::minutes;

/// The comment before the table.
const BEGIN: &str = "<!-- sections: `cargo book readme` writes this table from chapters/*/experiments.toml -->\n";

/// The comment after it.
const END: &str = "<!-- end of sections -->\n";

/// Rewrites the table in `root/README.md`.
///
/// # Errors
/// A chapter's table is invalid, README.md cannot be read or written, or one of its two comments is missing.
pub fn run(root: &Path) -> Result<ExitCode> {
    let path = root.join("README.md");
    let old = std::fs::read_to_string(&path).with_context(|| format!("reading {}", path.display()))?;
    let new = with_table(&old, &Experiments::load(root)?)?;
    if new == old {
        say!("README.md and the chapters' experiments.toml agree.");
    } else {
        std::fs::write(&path, new).with_context(|| format!("writing {}", path.display()))?;
        say!("README.md has the table of sections from the chapters' experiments.toml.");
    }
    Ok(ExitCode::SUCCESS)
}

/// The text of README.md with the table between its two comments.
///
/// # Errors
/// One of the comments is missing.
pub fn with_table(readme: &str, experiments: &Experiments) -> Result<String> {
    let (before, rest) = readme.split_once(BEGIN).with_context(|| format!("README.md has no line {}", BEGIN.trim()))?;
    let (_, after) = rest.split_once(END).with_context(|| format!("README.md has no line {}", END.trim()))?;
    Ok([before, BEGIN, &table(experiments), END, after].concat())
}

/// The table: a row for each chapter and for each experiment, in the book's order.
pub fn table(experiments: &Experiments) -> String {
    let mut text = String::new();
    row(&mut text, ["section", "pages", "command", "minutes", "figures"].map(String::from));
    text += "|---|---|---|---|---|\n";
    for Chapter { table, folder } in &experiments.chapters {
        let number = table.number();
        row(
            &mut text,
            [
                format!("**Chapter {}** [{}](chapters/{folder}/README.md)", table.chapter, table.title),
                table.pages.clone(),
                format!("`cargo book figures {number}`"),
                minutes(table.experiments.iter().map(|entry| entry.minutes).sum()),
                String::new(),
            ],
        );
        for entry in &table.experiments {
            row(
                &mut text,
                [
                    entry.section().to_string(),
                    entry.pages.clone(),
                    format!("`cargo book {}`", entry.id),
                    minutes(entry.minutes),
                    entry.shows().join(", "),
                ],
            );
        }
    }
    text
}

/// Writes a row. A bar in a cell would end the cell, and a new line the table.
fn row(text: &mut String, cells: [String; 5]) {
    for cell in cells {
        let _ = write!(text, "| {} ", cell.replace('|', "\\|").replace('\n', " "));
    }
    *text += "|\n";
}
