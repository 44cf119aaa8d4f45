//! Validates what the types of a manifest do not: names that lead out of their folder, files that a source lacks.

use std::collections::HashSet;
use std::path::{Component, Path};

use anyhow::{Context, Result, ensure};

use crate::family::{CATEGORY, plain};
use crate::manifest::{File, Folder, Set, Source};

impl Set {
    /// Validates the entry; of a family, with one of its categories.
    ///
    /// # Errors
    /// The first problem.
    pub(crate) fn validate(&self) -> Result<()> {
        self.validate_names()?;
        self.sample()?.validate_content()
    }

    fn validate_names(&self) -> Result<()> {
        let small = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '_';
        ensure!(
            !self.stem().is_empty() && self.stem().chars().all(small),
            "its name may have only lowercase letters, digits, `-` and `_`"
        );
        let due = if self.categories.is_empty() { String::new() } else { format!("/{CATEGORY}") };
        ensure!(self.name == format!("{}{due}", self.stem()), "its name must be `{}{due}`", self.stem());
        let mut known = HashSet::new();
        for category in &self.categories {
            let letters = category.chars().all(|c| c.is_ascii_alphanumeric() || c == ' ' || c == '-');
            ensure!(
                letters && !plain(category).is_empty(),
                "invalid category `{category}`: use letters, digits, spaces and `-`"
            );
            ensure!(known.insert(plain(category)), "the category `{category}` is listed twice");
        }
        let mut made = self.synthetic.iter().flat_map(|synthetic| &synthetic.categories);
        let foreign = made.find(|category| !self.categories.contains(category));
        ensure!(foreign.is_none(), "its synthetic data has the unknown category `{}`", foreign.map_or("", |name| name));
        Ok(())
    }

    fn validate_content(&self) -> Result<()> {
        ensure!(!self.files.is_empty() || !self.folders.is_empty(), "it has no file");
        for file in &self.files {
            file.validate().with_context(|| format!("in the file `{}`", file.name))?;
        }
        for folder in &self.folders {
            folder.validate().with_context(|| format!("in the folder `{}`", folder.name))?;
        }
        let tabled = self.files.iter().filter_map(|file| file.table_of.as_ref());
        for folder in tabled {
            self.folder(folder).with_context(|| format!("a table is of the unknown folder `{folder}`"))?;
        }
        for source in &self.sources {
            let Some(provided) = source.provides() else { continue };
            for name in provided.iter().filter(|name| !name.ends_with('/')) {
                self.file_behind(name)?;
            }
            for name in provided.iter().filter(|name| name.ends_with('/')) {
                self.folder(name).with_context(|| format!("`{}` has no folder `{name}`", self.name))?;
            }
            for folder in &self.folders {
                let found = provided.iter().any(|name| *name == format!("{}/", folder.name));
                ensure!(found, "a source has no folder `{}`", folder.name);
            }
            for file in &self.files {
                let found = provided.iter().any(|name| self.file_behind(name).is_ok_and(|f| f.name == file.name));
                ensure!(found, "a source has no file `{}`", file.name);
            }
            match source {
                Source::Official { base, archives, .. } => {
                    ensure!(base.ends_with('/'), "the base address {base} must end in `/`");
                    archives.iter().filter_map(|archive| archive.sha256.as_deref()).try_for_each(validate_sha256)?;
                }
                Source::Package { sha256, .. } => sha256.as_deref().map_or(Ok(()), validate_sha256)?,
                Source::Mirrored(_) => {}
            }
        }
        Ok(())
    }
}

impl File {
    fn validate(&self) -> Result<()> {
        for name in self.names() {
            validate_name(name)?;
        }
        ensure!(
            self.sha256.is_some()
                || self.idx.is_some()
                || self.cifar.is_some()
                || self.npy.is_some()
                || self.lines.is_some()
                || !self.holds.is_empty()
                || self.form.is_some()
                || self.table_of.is_some(),
            "it needs a check: sha256, idx, cifar, npy, lines, holds, form or table_of"
        );
        self.sha256.iter().chain(&self.original).try_for_each(|sha256| validate_sha256(sha256))
    }
}

impl Folder {
    fn validate(&self) -> Result<()> {
        if self.name != "." {
            validate_name(&self.name)?;
        }
        ensure!(!self.ending.is_empty() && self.files > 0, "it needs an ending and a number of files");
        self.sha256.as_deref().map_or(Ok(()), validate_sha256)
    }
}

impl Source {
    /// The set's files that this source lists; none if a converter makes them.
    fn provides(&self) -> Option<Vec<&str>> {
        match self {
            Source::Official { files, renamed, archives, .. } => {
                let members = archives.iter().flat_map(|archive| archive.members.values());
                Some(files.iter().chain(renamed.values()).chain(members).map(String::as_str).collect())
            }
            Source::Package { members, .. } => Some(members.values().map(String::as_str).collect()),
            Source::Mirrored(_) => None,
        }
    }
}

fn validate_name(name: &str) -> Result<()> {
    let plain = |part: Component| matches!(part, Component::Normal(_));
    ensure!(
        !name.is_empty() && Path::new(name).components().all(plain),
        "the file name `{name}` must be a path within the set's folder, without `..`"
    );
    ensure!(name != "origin.json", "the file name `origin.json` is reserved for the record of the set's origin");
    Ok(())
}

fn validate_sha256(sha256: &str) -> Result<()> {
    let digit = |c: char| c.is_ascii_digit() || ('a'..='f').contains(&c);
    ensure!(sha256.len() == 64 && sha256.chars().all(digit), "sha256 must have 64 lowercase hexadecimal digits");
    Ok(())
}
