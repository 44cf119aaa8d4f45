//! `cargo book figures`: the book's figures and their gallery.

use std::ffi::OsString;
use std::path::Path;
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::{Context, Result};
use clap::Args;

use crate::cargo::Cargo;
use crate::experiments::{Chapter, Choice, Experiments};
use crate::process;

#[derive(Args)]
pub struct Arguments {
    /// Chapters (03) or experiments (03_02) [default: all], then options of the experiments (--preset book)
    #[arg(value_name = "CHAPTER|ID|OPTIONS", trailing_var_arg = true, allow_hyphen_values = true)]
    args: Vec<OsString>,
}

/// A chapter, and the ids whose figures are drawn; no id means all.
#[derive(Debug)]
pub struct Job<'a> {
    pub chapter: &'a Chapter,
    pub ids: Vec<&'a str>,
}

/// Runs `<package> figures [ids] [options]` for every chapter concerned.
///
/// # Errors
/// [`crate::Usage`] for unknown ids; libtorch cannot be installed, or a chapter cannot be built.
pub fn run(root: &Path, arguments: &Arguments) -> Result<ExitCode> {
    let options = arguments.args.iter().position(|arg| arg.to_string_lossy().starts_with('-'));
    let (words, options) = arguments.args.split_at(options.unwrap_or(arguments.args.len()));
    let words: Vec<_> = words.iter().map(|word| word.to_string_lossy()).collect();
    let experiments = Experiments::load(root)?;
    let jobs = jobs(&experiments, &words)?;
    let cargo = Cargo::ready(root)?;

    // Ctrl-C also reaches the chapter's binary, which finishes its step and saves: wait for it. A second Ctrl-C exits.
    static INTERRUPTED: AtomicBool = AtomicBool::new(false);
    ctrlc::set_handler(|| {
        if INTERRUPTED.swap(true, Ordering::Relaxed) {
            std::process::exit(130);
        }
    })
    .context("catching Ctrl-C")?;

    for job in jobs {
        let package = &job.chapter.table.package;
        let mut binary = cargo.start(&cargo.build(package, package)?);
        binary.arg("figures").args(&job.ids).args(options);
        let status = binary.status().with_context(|| format!("starting {package}"))?;
        if INTERRUPTED.load(Ordering::Relaxed) {
            return Ok(ExitCode::from(130));
        }
        if !status.success() {
            eprintln!("error: the figures of chapter {} failed: see the message above", job.chapter.table.chapter);
            return Ok(process::code(status));
        }
    }
    if !options.iter().any(|option| option == "--help" || option == "-h") {
        process::print(&format!("Gallery: {}\n", root.join("figures/index.html").display()))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// The jobs for `words`, by chapter in the book's order.
///
/// # Errors
/// [`crate::Usage`] if a word names neither a chapter nor an experiment.
pub fn jobs<'a>(experiments: &'a Experiments, words: &[impl AsRef<str>]) -> Result<Vec<Job<'a>>> {
    let choices: Vec<_> = words.iter().map(|word| experiments.choice(word.as_ref())).collect::<Result<_>>()?;
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
