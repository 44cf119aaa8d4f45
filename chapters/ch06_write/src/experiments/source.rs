//! The text that a model learns: Aesop's fables, or the reader's own.

use crate::models::Text;
use anyhow::{Context as _, Result, ensure};
use common::cli::Context;
use common::datasets::text;
use common::training::{DataInfo, Run};
use std::fs;
use std::path::{Path, PathBuf};

/// A file, and what is known about it.
#[derive(Debug)]
pub struct Source {
    file: PathBuf,
    /// For the run's parameters.
    pub info: DataInfo,
}

impl Source {
    /// The end of the run folder's name.
    pub fn short(own: Option<&Path>) -> &'static str {
        if own.is_some() { "own" } else { "aesop" }
    }

    /// The reader's own file, or the fables.
    ///
    /// # Errors
    /// There is no such file, or the fables are not available.
    pub fn find(context: &Context, own: Option<&Path>) -> Result<Source> {
        let Some(file) = own else {
            let set = context.data("aesop")?;
            return Ok(Source { file: set.file("11339.txt"), info: (&set).into() });
        };
        let bytes = fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        let origin = format!("your own text, {}", file.display());
        let info = DataInfo { origin, ..DataInfo::own("own", &name, &bytes) };
        Ok(Source { file: file.to_path_buf(), info })
    }

    /// The source of a trained run.
    ///
    /// # Errors
    /// As [`Source::find`]; or the present file is another one.
    pub fn of_run<C>(context: &Context, run: &Run<C>, own: Option<&Path>) -> Result<Source> {
        let Some(file) = own else {
            let set = context.data_of(run)?;
            return Ok(Source { file: set.file("11339.txt"), info: (&set).into() });
        };
        let source = Source::find(context, own)?;
        let is_same = source.info.checksum == run.params.data.checksum;
        ensure!(is_same, "{} is not the text that the last run learned: train on it first", file.display());
        Ok(source)
    }

    /// Reads and cleans the text.
    ///
    /// # Errors
    /// It cannot be read, is no text, or is too short.
    pub fn text(&self, seq_length: usize) -> Result<Text> {
        let text = text::read(&self.file)?;
        Text::new(&text, seq_length).with_context(|| self.file.display().to_string())
    }
}
