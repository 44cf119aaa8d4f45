use anyhow::{Context, Result};
use serde::Deserialize;

/// A chapter's `experiments.toml`, which `cargo book` lists.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Table {
    /// Number of the chapter.
    pub chapter: u32,
    /// Name of the package that runs it.
    pub package: String,
    /// Title of the chapter.
    pub title: String,
    /// The experiments in the book's order.
    #[serde(rename = "experiment")]
    pub experiments: Vec<Entry>,
}

/// One experiment, that is one notebook of the book.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// The book's number: `03_01`.
    pub id: String,
    /// The book's name: `autoencoder_train`.
    pub name: String,
    /// What it does.
    pub title: String,
    /// Pages of the Russian edition.
    pub pages: String,
    /// Data sets by their names in `data/datasets.toml`.
    pub data: Vec<String>,
    /// Id of the experiment that trains what this one analyses.
    pub needs: Option<String>,
    /// What an epoch is called on figures: `epochs`, or `iterations` where it is a single batch.
    #[serde(default = "epochs")]
    pub unit: String,
    /// Minutes of the quick preset on two cores.
    pub minutes: f64,
    /// The figures that it draws, as their files are named behind the id: `loss`.
    #[serde(default)]
    pub figures: Vec<String>,
}

fn epochs() -> String {
    "epochs".to_string()
}

impl Entry {
    /// `03_01_autoencoder_train`, the name of the book's notebook.
    pub fn full_name(&self) -> String {
        format!("{}_{}", self.id, self.name)
    }
}

impl Table {
    /// Reads the table.
    pub fn parse(text: &str) -> Result<Table> {
        toml::from_str(text).context("the chapter's experiments.toml is damaged")
    }

    /// An experiment by id or full name.
    pub fn find(&self, id: &str) -> Result<&Entry, String> {
        self.experiments.iter().find(|entry| entry.id == id || entry.full_name() == id).ok_or_else(|| {
            let ids: Vec<&str> = self.experiments.iter().map(|entry| entry.id.as_str()).collect();
            format!("unknown experiment or command '{id}'; chapter {} has {}", self.chapter, ids.join(", "))
        })
    }

    /// The named experiments (all if none is named) and those that they need, in the book's order.
    pub fn with_needs(&self, ids: &[String]) -> Result<Vec<&Entry>, String> {
        let mut wanted: Vec<&str> = vec![];
        for id in ids {
            let entry = self.find(id)?;
            wanted.extend(entry.needs.as_deref().into_iter().chain([entry.id.as_str()]));
        }
        let all = ids.is_empty();
        Ok(self.experiments.iter().filter(|entry| all || wanted.contains(&entry.id.as_str())).collect())
    }
}
