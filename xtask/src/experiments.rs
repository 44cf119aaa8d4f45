//! The experiments of all chapters, from `chapters/*/experiments.toml`.

use std::collections::HashSet;
use std::path::Path;

use anyhow::{Context, Result, bail, ensure};
use catalog::{Entry, Table, word};

use crate::Usage;

/// A chapter: its table and its folder.
#[derive(Debug, Clone)]
pub struct Chapter {
    /// Its `experiments.toml`.
    pub table: Table,
    /// Its folder in `chapters`.
    pub folder: String,
}

/// All chapters that have a table, in the book's order.
#[derive(Debug, Clone)]
pub struct Experiments {
    pub chapters: Vec<Chapter>,
}

/// What an argument of `figures` or `bench` names.
#[derive(Debug, Clone, Copy)]
pub enum Choice<'a> {
    Chapter(&'a Chapter),
    Experiment(&'a Chapter, &'a Entry),
}

impl Experiments {
    /// Reads the tables below `root/chapters`.
    ///
    /// # Errors
    /// A table cannot be read, is invalid, has an id twice, or needs an unknown experiment.
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
        chapters.sort_by_key(|chapter| chapter.table.chapter);
        let experiments = Experiments { chapters };
        let mut ids = HashSet::new();
        for (_, experiment) in experiments.all() {
            ensure!(ids.insert(&experiment.id), "chapters/*/experiments.toml: two experiments `{}`", experiment.id);
        }
        let known = |id: &str| experiments.all().any(|(_, experiment)| experiment.id == id);
        for (_, experiment) in experiments.all() {
            if let Some(missing) = experiment.before().find(|id| !known(id)) {
                bail!("{} needs `{missing}`: no such experiment", experiment.id);
            }
        }
        Ok(experiments)
    }

    /// Every experiment with its chapter.
    pub fn all(&self) -> impl Iterator<Item = (&Chapter, &Entry)> {
        self.chapters.iter().flat_map(|chapter| chapter.table.experiments.iter().map(move |entry| (chapter, entry)))
    }

    /// The experiment `03_01` or `03_01_autoencoder_train`.
    ///
    /// # Errors
    /// [`Usage`] for an unknown id, with similar ids and similar names of `commands`; for a chapter, with its experiments.
    pub fn find(&self, id: &str, commands: &[&str]) -> Result<(&Chapter, &Entry)> {
        if let Some(found) = self.all().find(|(_, experiment)| experiment.is_named(id)) {
            return Ok(found);
        }
        Err(Usage(match self.find_chapter(id) {
            Some(chapter) => {
                let ids: Vec<_> = chapter.table.experiments.iter().map(|entry| entry.id.as_str()).collect();
                format!(
                    "`{id}` is a chapter. Run one of its experiments ({}), or draw its figures with `cargo book figures {}`",
                    ids.join(", "),
                    chapter.table.number()
                )
            }
            None => self.unknown("no experiment or command", id, commands),
        })
        .into())
    }

    /// The chapter `03`, `3`, `ch03` or `chapter 3`.
    ///
    /// # Errors
    /// [`Usage`] for an unknown chapter, with all chapters.
    pub fn chapter(&self, word: &str) -> Result<&Chapter> {
        self.find_chapter(word).ok_or_else(|| {
            let numbers: Vec<_> = self.chapters.iter().map(|chapter| chapter.table.number()).collect();
            Usage(format!("no chapter `{word}`. The chapters are {}", numbers.join(", "))).into()
        })
    }

    /// The chapter or the experiment that `word` names.
    ///
    /// # Errors
    /// [`Usage`] if there is neither, with similar ids.
    pub fn choice(&self, word: &str) -> Result<Choice<'_>> {
        if let Some(chapter) = self.find_chapter(word) {
            return Ok(Choice::Chapter(chapter));
        }
        let found = self.all().find(|(_, experiment)| experiment.is_named(word));
        let found = found.ok_or_else(|| Usage(self.unknown("no chapter or experiment", word, &[])))?;
        Ok(Choice::Experiment(found.0, found.1))
    }

    fn find_chapter(&self, word: &str) -> Option<&Chapter> {
        let number = word::chapter(word)?;
        self.chapters.iter().find(|chapter| chapter.table.chapter == number)
    }

    fn unknown(&self, what: &str, word: &str, commands: &[&str]) -> String {
        let near = self.nearest(word, commands);
        let hint = if near.is_empty() { String::new() } else { format!(" Did you mean {}?", near.join(" or ")) };
        format!("{what} `{word}`.{hint} `cargo book` lists them all")
    }

    /// Up to three names similar to `word`, most similar first.
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

fn read(path: &Path, folder: String) -> Result<Chapter> {
    Ok(Chapter { table: Table::parse(&std::fs::read_to_string(path)?)?, folder })
}
