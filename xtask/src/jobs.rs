//! The work that words of the command line name, chapter by chapter.

use anyhow::Result;
use catalog::word;

use crate::experiments::{Chapter, Choice, Experiments};

/// A chapter, and the ids of its experiments that are meant; no id means all.
#[derive(Debug)]
pub struct Job<'a> {
    pub chapter: &'a Chapter,
    pub ids: Vec<&'a str>,
}

/// The jobs for `words`, by chapter in the book's order.
///
/// # Errors
/// [`crate::Usage`] if a word names neither a chapter nor an experiment.
pub fn jobs<'a>(experiments: &'a Experiments, words: &[impl AsRef<str>]) -> Result<Vec<Job<'a>>> {
    // `chapter 3` may come as one word or as two.
    let follows = |i: usize| i + 1 < words.len() && word::is_chapter(words[i].as_ref());
    let words: Vec<&str> = (0..words.len()).filter(|i| !follows(*i)).map(|i| words[i].as_ref()).collect();
    let choices: Vec<_> = words.iter().map(|word| experiments.choice(word)).collect::<Result<_>>()?;
    let mut jobs = Vec::new();
    for chapter in &experiments.chapters {
        let whole = |choice: &Choice| matches!(choice, Choice::Chapter(chosen) if chosen.table.chapter == chapter.table.chapter);
        let whole = words.is_empty() || choices.iter().any(whole);
        let mut ids = Vec::new();
        for choice in &choices {
            if let Choice::Experiment(of, experiment) = choice
                && of.table.chapter == chapter.table.chapter
                && !ids.contains(&experiment.id.as_str())
            {
                ids.push(experiment.id.as_str());
            }
        }
        if whole {
            jobs.push(Job { chapter, ids: Vec::new() });
        } else if !ids.is_empty() {
            jobs.push(Job { chapter, ids });
        }
    }
    Ok(jobs)
}
