//! A chapter's experiments in a notebook.

use super::context::{Context, Notebook};
use super::{Chapter, ExperimentCli, Table, Usage};
use crate::say;
use anyhow::{Result, anyhow};
use clap::{CommandFactory, FromArgMatches};

impl Chapter {
    /// The context of an experiment in a notebook: see [`crate::notebook::experiment`]. `words` are its id and options;
    /// if an option occurs twice, the last one counts.
    ///
    /// # Errors
    /// An unknown id or option, or an option that the experiment does not use.
    pub fn notebook<'a>(&self, words: impl IntoIterator<Item = &'a str>) -> Result<Context> {
        let words: Vec<&str> = words.into_iter().collect();
        let id = words.first().copied().unwrap_or_default();
        let table = Table::parse(self.table)?;
        let entry = table.find(id).map_err(Usage::from)?;
        let command = ExperimentCli::command().args_override_self(true).bin_name(entry.full_name());
        let matches = command.try_get_matches_from(words).map_err(|error| anyhow!("{error}"))?;
        let options = ExperimentCli::from_arg_matches(&matches)?.options;
        // Like `figures`, reuses a run with the same hyper-parameters, unless a run is selected.
        let reuse = !options.resume && options.run.is_none() && options.weights.is_none();
        let trainer = entry.needs.as_deref().map(|id| -> Result<_> {
            let run = self.experiments.iter().find(|(of, _)| *of == id).map(|(_, run)| *run);
            Ok((table.find(id).map_err(Usage::from)?.clone(), run.ok_or_else(|| anyhow!("no experiment trains {id}"))?))
        });
        let mut context = Context::new(&table, entry, options, reuse)?;
        context.notebook = Some(Notebook { trainer: trainer.transpose()? });
        Ok(context)
    }
}

impl Context {
    /// Starts a new run even if there is one with the same hyper-parameters: for a net that a cell has changed.
    pub fn anew(mut self) -> Context {
        self.reuse = false;
        self
    }

    /// In a notebook, trains what this experiment analyses; those figures are only added to the gallery.
    pub(super) fn train_missing(&self) -> Result<()> {
        if let Some(Notebook { trainer: Some((entry, train)) }) = &self.notebook {
            say!("{} is not trained with these hyper-parameters yet:", entry.full_name());
            train(&self.of(entry))?;
        }
        Ok(())
    }
}
