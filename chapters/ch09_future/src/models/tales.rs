//! Texts to learn from: each fable, with every tenth one held out.

use anyhow::{Context, Result, ensure};
use ch06::models::fables::stories;
use common::cli::Context as Options;
use common::datasets::text;
use common::training::DataInfo;
use std::fs;
use std::path::Path;

/// What separates two stories of a file: four empty lines.
const BETWEEN: &str = "\n\n\n\n\n";
/// Fewer stories than this are too few to hold some out.
const FEWEST: usize = 10;

/// Some texts.
#[derive(Debug)]
pub struct Tales {
    /// Those to learn from.
    pub learned: Vec<String>,
    /// Every tenth one.
    pub held_out: Vec<String>,
    /// For the run's parameters.
    pub info: DataInfo,
}

impl Tales {
    /// The fables, or the stories of the reader's own file, which four empty lines separate.
    ///
    /// # Errors
    /// The file cannot be read or is no text, or has fewer than ten stories.
    pub fn find(options: &Options, own: Option<&Path>) -> Result<Tales> {
        let (file, info) = match own {
            None => {
                let set = options.data("aesop")?;
                (set.file("11339.txt"), DataInfo::from(&set))
            }
            Some(file) => {
                let bytes = fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
                let name = file.file_name().unwrap_or_default().to_string_lossy();
                let origin = format!("your own text, {}", file.display());
                (file.to_path_buf(), DataInfo { origin, ..DataInfo::own("own", &name, &bytes) })
            }
        };
        let text = text::read(&file)?;
        let all: Vec<String> = split(stories(&text));
        ensure!(
            all.len() >= FEWEST,
            "{} has {} stories, and at least {FEWEST} are needed: separate them by four empty lines",
            file.display(),
            all.len()
        );
        let (mut learned, mut held_out) = (vec![], vec![]);
        for (i, story) in all.into_iter().enumerate() {
            if i % 10 == 9 { &mut held_out } else { &mut learned }.push(story);
        }
        Ok(Tales { learned, held_out, info })
    }
}

/// Stories with single blanks between words, and an empty line after the title.
fn split(text: &str) -> Vec<String> {
    let paragraphs = |story: &str| -> String {
        let words = |part: &str| part.split_whitespace().collect::<Vec<_>>().join(" ");
        story.split("\n\n").map(words).filter(|part| !part.is_empty()).collect::<Vec<_>>().join("\n\n")
    };
    text.replace("\r\n", "\n").split(BETWEEN).map(paragraphs).filter(|story| !story.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stories_keep_their_paragraphs() {
        let text = "THE HARE\n\n\nA hare\n said:  \"Hi!\"\n\nIt ran.\n\n\n\n\nTHE FOX\r\n\r\n\r\nIt sat.\n";
        assert_eq!(split(text), ["THE HARE\n\nA hare said: \"Hi!\"\n\nIt ran.", "THE FOX\n\nIt sat."]);
    }
}
