use crate::entry::{Entry, check_pages};
use anyhow::{Context, Result};
use serde::Deserialize;

/// A chapter's `experiments.toml`: the chapter and its experiments.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Table {
    /// Number of the chapter.
    pub chapter: u32,
    /// Name of the package that runs it, and of its binary.
    pub package: String,
    /// Title of the chapter.
    pub title: String,
    /// Pages of the Russian edition: `89-124`.
    pub pages: String,
    /// The experiments in the book's order.
    #[serde(rename = "experiment")]
    pub experiments: Vec<Entry>,
}

/// The chapter has no experiment of this id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown experiment or command '{id}'; chapter {chapter} has {}", known.join(", "))]
pub struct UnknownExperiment {
    id: String,
    chapter: u32,
    known: Vec<String>,
}

impl Table {
    /// Reads a table from the text of its file.
    ///
    /// # Errors
    /// The text is not TOML, a field is missing or unknown, or a value has the wrong form.
    pub fn parse(text: &str) -> Result<Table> {
        let table: Table = toml::from_str(text).context("the chapter's experiments.toml is damaged")?;
        check_pages(&format!("chapter {}", table.chapter), &table.pages)?;
        table.experiments.iter().try_for_each(|entry| entry.check(&table.number()))?;
        Ok(table)
    }

    /// The chapter's number with two digits, as the ids begin.
    pub fn number(&self) -> String {
        format!("{:02}", self.chapter)
    }

    /// An experiment by id or full name.
    ///
    /// # Errors
    /// The chapter has none of this name.
    pub fn find(&self, id: &str) -> Result<&Entry, UnknownExperiment> {
        let found = self.experiments.iter().find(|entry| entry.is_named(id));
        found.ok_or_else(|| UnknownExperiment {
            id: id.to_string(),
            chapter: self.chapter,
            known: self.experiments.iter().map(|entry| entry.id.clone()).collect(),
        })
    }

    /// The named experiments (all without names) and those before them, in the book's order.
    ///
    /// # Errors
    /// The chapter has none of one of these names.
    pub fn with_needs(&self, ids: &[String]) -> Result<Vec<&Entry>, UnknownExperiment> {
        let mut wanted: Vec<&str> = vec![];
        for id in ids {
            wanted.push(&self.find(id)?.id);
        }
        let mut place = 0;
        while place < wanted.len() {
            let before = self.find(wanted[place])?.before();
            wanted.extend(before.filter(|id| !wanted.contains(id)).collect::<Vec<_>>());
            place += 1;
        }
        let all = ids.is_empty();
        Ok(self.experiments.iter().filter(|entry| all || wanted.contains(&entry.id.as_str())).collect())
    }
}
