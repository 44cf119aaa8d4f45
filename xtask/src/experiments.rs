//! The tables `chapters/*/experiments.toml`: which experiments there are.

use std::collections::HashSet;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use serde::Deserialize;

use crate::Usage;

/// A chapter: the package that holds its experiments, and those.
#[derive(Debug, Clone, Deserialize)]
pub struct Chapter {
    /// The chapter's number in the book.
    pub chapter: u32,
    /// The package, which is also the name of its binary.
    pub package: String,
    pub title: String,
    /// The chapter's folder in `chapters`.
    #[serde(skip)]
    pub folder: String,
    #[serde(rename = "experiment")]
    pub experiments: Vec<Experiment>,
}

/// An experiment: one of the book's notebooks.
#[derive(Debug, Clone, Deserialize)]
pub struct Experiment {
    /// As `03_01`: chapter and number.
    pub id: String,
    /// As `autoencoder_train`.
    pub name: String,
    pub title: String,
    /// Pages in the book, as `94-101`.
    pub pages: String,
    /// The data sets that it reads.
    #[serde(default)]
    pub data: Vec<String>,
    /// The experiment whose result it reads.
    pub needs: Option<String>,
    /// Expected minutes with the quick preset on two cores.
    pub minutes: f64,
    /// The figures that it draws, as their files are named behind the id: `loss`.
    #[serde(default)]
    pub figures: Vec<String>,
}

impl Chapter {
    /// The chapter's number with two digits, as the ids begin.
    pub fn number(&self) -> String {
        format!("{:02}", self.chapter)
    }

    fn check(&self) -> Result<()> {
        for experiment in &self.experiments {
            let id = &experiment.id;
            let digits = |text: &str| text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit());
            let well_formed = id.split_once('_').is_some_and(|(chapter, number)| digits(chapter) && digits(number));
            ensure!(well_formed, "id `{id}`: expected two digits, `_`, two digits, as in `03_01`");
            ensure!(id.starts_with(&self.number()), "id `{id}`: expected it to begin with {}", self.number());
            let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
            let name = &experiment.name;
            ensure!(!name.is_empty() && name.bytes().all(plain), "name `{name}`: expected a-z, 0-9 and `_`");
            let pages = &experiment.pages;
            let page = |text: &str| text.parse::<u32>().ok();
            let range = match pages.split_once('-') {
                Some((first, last)) => page(first).zip(page(last)).is_some_and(|(first, last)| first <= last),
                None => page(pages).is_some(),
            };
            ensure!(range, "{id}: pages `{pages}`: expected a page or a range, as in `94-101`");
            let minutes = experiment.minutes;
            ensure!(minutes.is_finite() && minutes > 0.0, "{id}: minutes {minutes}: expected a number above 0");
        }
        Ok(())
    }
}

impl Experiment {
    /// As `03_01_autoencoder_train`.
    pub fn full_name(&self) -> String {
        format!("{}_{}", self.id, self.name)
    }
}

/// All chapters that have a table, in the book's order.
#[derive(Debug, Clone)]
pub struct Experiments {
    pub chapters: Vec<Chapter>,
}

/// What the words behind `figures` or `bench` stand for.
#[derive(Debug, Clone, Copy)]
pub enum Choice<'a> {
    Chapter(&'a Chapter),
    Experiment(&'a Chapter, &'a Experiment),
}

impl Experiments {
    /// Reads the tables below `root/chapters`.
    ///
    /// # Errors
    /// When a table cannot be read, breaks the format, names an id twice or needs an experiment that there isn't.
    pub fn load(root: &Path) -> Result<Experiments> {
        let dir = root.join("chapters");
        let mut chapters = Vec::new();
        for entry in std::fs::read_dir(&dir).with_context(|| format!("reading {}", dir.display()))? {
            let entry = entry.with_context(|| format!("reading {}", dir.display()))?;
            let table = entry.path().join("experiments.toml");
            if table.is_file() {
                let folder = entry.file_name().to_string_lossy().into_owned();
                chapters.push(read(&table, folder).with_context(|| format!("reading {}", table.display()))?);
            }
        }
        chapters.sort_by_key(|chapter| chapter.chapter);
        let experiments = Experiments { chapters };
        let mut ids = HashSet::new();
        for (_, experiment) in experiments.all() {
            ensure!(ids.insert(&experiment.id), "chapters/*/experiments.toml: two experiments `{}`", experiment.id);
        }
        for (_, experiment) in experiments.all() {
            let missing = experiment.needs.as_ref().filter(|id| !ids.contains(id));
            ensure!(
                missing.is_none(),
                "{} needs `{}`: no such experiment",
                experiment.id,
                missing.unwrap_or(&experiment.id)
            );
        }
        Ok(experiments)
    }

    /// Every experiment with its chapter.
    pub fn all(&self) -> impl Iterator<Item = (&Chapter, &Experiment)> {
        self.chapters.iter().flat_map(|chapter| chapter.experiments.iter().map(move |experiment| (chapter, experiment)))
    }

    /// The experiment `03_01` or `03_01_autoencoder_train`.
    ///
    /// # Errors
    /// [`Usage`] with the nearest ids, and those of `commands` that are near, when there is none.
    pub fn find(&self, id: &str, commands: &[&str]) -> Result<(&Chapter, &Experiment)> {
        let found = self.all().find(|(_, experiment)| id == experiment.id || id == experiment.full_name());
        found.ok_or_else(|| Usage(self.unknown("no experiment or command", id, commands)).into())
    }

    /// The chapter `03`, `3` or `ch03`.
    ///
    /// # Errors
    /// [`Usage`] with the chapters there are.
    pub fn chapter(&self, word: &str) -> Result<&Chapter> {
        self.find_chapter(word).ok_or_else(|| {
            let numbers: Vec<_> = self.chapters.iter().map(Chapter::number).collect();
            Usage(format!("no chapter `{word}`. There are: {}", numbers.join(", "))).into()
        })
    }

    /// The chapter or the experiment that `word` names.
    ///
    /// # Errors
    /// [`Usage`] with the nearest ids, when there is neither.
    pub fn choice(&self, word: &str) -> Result<Choice<'_>> {
        if let Some(chapter) = self.find_chapter(word) {
            return Ok(Choice::Chapter(chapter));
        }
        let found = self.all().find(|(_, experiment)| word == experiment.id || word == experiment.full_name());
        let found = found.ok_or_else(|| Usage(self.unknown("no chapter or experiment", word, &[])))?;
        Ok(Choice::Experiment(found.0, found.1))
    }

    fn find_chapter(&self, word: &str) -> Option<&Chapter> {
        let number: u32 = word.strip_prefix("ch").unwrap_or(word).parse().ok()?;
        self.chapters.iter().find(|chapter| chapter.chapter == number)
    }

    fn unknown(&self, what: &str, word: &str, commands: &[&str]) -> String {
        let near = self.nearest(word, commands);
        let hint = if near.is_empty() { String::new() } else { format!(" Did you mean {}?", near.join(" or ")) };
        format!("{what} `{word}`.{hint} `cargo book` alone lists them all")
    }

    /// Up to three names that look like `word`, the nearest first.
    fn nearest(&self, word: &str, commands: &[&str]) -> Vec<String> {
        let likeness = |name: &str| strsim::jaro_winkler(&word.to_lowercase(), name);
        let experiments = self.all().map(|(_, experiment)| {
            let full = experiment.full_name();
            let score = likeness(&full).max(likeness(&experiment.id)).max(likeness(&experiment.name));
            (score, full)
        });
        let commands = commands.iter().map(|command| (likeness(command), command.to_string()));
        let mut near: Vec<_> = experiments.chain(commands).filter(|(score, _)| *score > 0.8).collect();
        near.sort_by(|a, b| b.0.total_cmp(&a.0));
        near.into_iter().take(3).map(|(_, name)| format!("`{name}`")).collect()
    }
}

fn read(table: &Path, folder: String) -> Result<Chapter> {
    let mut chapter: Chapter = toml::from_str(&std::fs::read_to_string(table)?)?;
    chapter.folder = folder;
    chapter.check()?;
    Ok(chapter)
}
