use crate::word;
use anyhow::{Result, ensure};
use serde::Deserialize;

/// An experiment: one notebook of the book.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// The book's number, chapter and notebook: `03_01`.
    pub id: String,
    /// The book's name: `autoencoder_train`.
    pub name: String,
    /// Its title, in a few words.
    pub title: String,
    /// Name of the book's section in the README's table, if it differs from the title.
    section: Option<String>,
    /// Pages of the Russian edition: `94-101`, or a single one.
    pub pages: String,
    /// Data sets by their names in `data/datasets.toml`.
    #[serde(default)]
    pub data: Vec<String>,
    /// Id of the experiment that trains what this one analyses.
    pub needs: Option<String>,
    /// Ids of the experiments whose results it uses: `figures` runs them first.
    #[serde(default)]
    pub after: Vec<String>,
    /// Options that only it has: `write`, `document`, `drive`, `watch`.
    #[serde(default)]
    pub takes: Vec<String>,
    /// Unit of an epoch on figures: `epochs`, or `iterations` if an epoch is a single batch.
    #[serde(default = "epochs")]
    pub unit: String,
    /// Expected minutes of the quick preset on two cores.
    pub minutes: f64,
    /// The figures that it draws, by the part of their file names after the id: `loss`.
    #[serde(default)]
    pub figures: Vec<String>,
    /// The figures in the README's table, a few words each, if they differ from `figures`.
    #[serde(default)]
    shows: Vec<String>,
}

fn epochs() -> String {
    "epochs".to_string()
}

impl Entry {
    /// `03_01_autoencoder_train`, the name of the book's notebook.
    pub fn full_name(&self) -> String {
        format!("{}_{}", self.id, self.name)
    }

    /// Whether `word` names it: its id or its full name, in any of the forms in which ids are written (`3.1`).
    pub fn is_named(&self, word: &str) -> bool {
        let (Some((chapter, number, name)), Some((own_chapter, own_number, _))) =
            (word::experiment(word), word::experiment(&self.id))
        else {
            return false;
        };
        (chapter, number) == (own_chapter, own_number) && name.is_none_or(|name| name == self.name)
    }

    /// Name of the book's section in the README's table.
    pub fn section(&self) -> &str {
        self.section.as_deref().unwrap_or(&self.title)
    }

    /// The experiments before this one, by their ids: that which trains what it analyses, and those whose results it uses.
    pub fn before(&self) -> impl Iterator<Item = &str> {
        self.needs.iter().chain(&self.after).map(String::as_str)
    }

    /// The figures in the README's table.
    pub fn shows(&self) -> Vec<String> {
        if self.shows.is_empty() {
            self.figures.iter().map(|figure| figure.replace('_', " ")).collect()
        } else {
            self.shows.clone()
        }
    }

    /// # Errors
    /// An id, a name, pages or minutes have the wrong form.
    pub(crate) fn check(&self, chapter: &str) -> Result<()> {
        let Entry { id, name, pages, minutes, .. } = self;
        let digits = |text: &str| text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit());
        let well_formed = id.split_once('_').is_some_and(|(chapter, number)| digits(chapter) && digits(number));
        ensure!(well_formed, "id `{id}`: expected two digits, `_`, two digits, as in `03_01`");
        ensure!(id.starts_with(chapter), "id `{id}`: expected it to begin with {chapter}");
        let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
        ensure!(!name.is_empty() && name.bytes().all(plain), "name `{name}`: expected a-z, 0-9 and `_`");
        check_pages(id, pages)?;
        ensure!(minutes.is_finite() && *minutes > 0.0, "{id}: minutes {minutes}: expected a number above 0");
        Ok(())
    }
}

/// The pages as one cites them: `pp. 94-101`, `p. 326`.
pub fn cited(pages: &str) -> String {
    let word = if pages.contains('-') { "pp." } else { "p." };
    format!("{word} {pages}")
}

/// # Errors
/// `pages` is neither a page nor a range of pages.
pub(crate) fn check_pages(of: &str, pages: &str) -> Result<()> {
    let page = |text: &str| text.parse::<u32>().ok();
    let well_formed = match pages.split_once('-') {
        Some((first, last)) => page(first).zip(page(last)).is_some_and(|(first, last)| first <= last),
        None => page(pages).is_some(),
    };
    ensure!(well_formed, "{of}: pages `{pages}`: expected a page or a range, as in `94-101`");
    Ok(())
}
