//! The command line that every chapter's binary shares: `ch03 03_01 --preset book`, `ch03 figures`, `ch03 bench`.

mod alternative;
mod bench;
mod context;
mod figures;
mod film;
mod measures;
mod notebook;
mod options;
mod resume;
mod runs;
mod settings;
mod sound;
#[cfg(test)]
mod tests_sound;

pub use bench::{Bench, time_steps};
pub use catalog::{Entry, Table};
pub use context::Context;
pub use figures::Figures;
pub use options::Options;

use crate::keras::precision::{self, Precision};
use crate::training::{Interrupted, stop_on_ctrl_c};
use crate::{note, say};
use anyhow::Result;
use catalog::UnknownExperiment;
use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};
use std::ffi::OsString;
use std::panic;
use std::process::ExitCode;
use tch::Device;

/// The function of an experiment.
pub type Experiment = fn(&Context) -> Result<()>;

/// A chapter's experiments and benchmarks.
#[derive(Debug, Clone, Copy)]
pub struct Chapter {
    /// Text of the chapter's `experiments.toml`.
    pub table: &'static str,
    /// The function of each experiment, by id.
    pub experiments: &'static [(&'static str, Experiment)],
    /// Benchmarks of training steps.
    pub benches: &'static [Bench],
}

#[derive(Parser)]
#[command(about = "Experiments of one chapter of \"Generative Deep Learning\"", disable_help_subcommand = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// List the chapter's experiments
    List,
    /// Draw the figures of all experiments, or of some; train missing runs first
    Figures {
        /// Ids such as 03_01 [default: all]
        ids: Vec<String>,
        #[command(flatten)]
        options: Options,
    },
    /// Time training steps; print one line of JSON per model
    Bench {
        /// Time only this model
        #[arg(long)]
        model: Option<String>,
        /// Number of steps
        #[arg(long, default_value_t = 60, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
        steps: u32,
        /// List the models and exit
        #[arg(long)]
        list: bool,
        /// Device: auto (CUDA if available), cpu, cuda, cuda:N or mps
        #[arg(long, default_value = "auto")]
        device: crate::device::Choice,
        /// Precision of convolutions and large matrix products
        #[arg(long, value_enum, default_value_t)]
        precision: Precision,
    },
    /// Run one experiment by its id, such as 03_01; `03_01 --help` lists its options
    #[command(external_subcommand)]
    Experiment(Vec<OsString>),
}

/// Options of one experiment, parsed under its id.
#[derive(Parser)]
struct ExperimentCli {
    #[command(flatten)]
    options: Options,
}

/// Runs a chapter's binary: parses the arguments, runs, prints an error, and returns the exit code: 0, 1 for errors,
/// 2 for wrong usage, 130 after Ctrl-C.
pub fn main(chapter: &Chapter) -> ExitCode {
    // tch reports libtorch's failures (such as lack of memory) as panics; they also end in one message.
    panic::set_hook(Box::new(|info| {
        let message = info.payload_as_str().unwrap_or("unknown failure").lines().next().unwrap_or_default();
        let place = info.location().map(|place| format!(" ({}:{})", place.file(), place.line())).unwrap_or_default();
        note!("error: internal error: {message}{place}");
    }));
    let Ok(result) = panic::catch_unwind(|| run(chapter)) else { return ExitCode::FAILURE };
    // What could not be written is told, too.
    match result.and_then(|code| data::output::finish().map(|()| code)) {
        Ok(code) => code,
        Err(error) if error.is::<Usage>() => {
            note!("error: {error:#}");
            ExitCode::from(2)
        }
        Err(error) if error.is::<Interrupted>() => {
            note!("{error}");
            ExitCode::from(130)
        }
        Err(error) => {
            note!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Wrong usage of the command line.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Usage(String);

impl From<UnknownExperiment> for Usage {
    fn from(unknown: UnknownExperiment) -> Usage {
        Usage(unknown.to_string())
    }
}

fn run(chapter: &Chapter) -> Result<ExitCode> {
    let table = Table::parse(chapter.table)?;
    let command = match Cli::try_parse() {
        Ok(cli) => cli.command,
        Err(usage) => return Ok(data::usage::explain(&usage)),
    };
    match command {
        Command::List => {
            for entry in &table.experiments {
                say!("{}_{:<24} {:<12} {}", entry.id, entry.name, catalog::cited(&entry.pages), entry.title);
            }
        }
        Command::Figures { ids, options } => {
            stop_on_ctrl_c()?;
            for entry in table.with_needs(&ids).map_err(Usage::from)? {
                let context = Context::new(&table, entry, options.clone(), true)?;
                experiment(chapter, &context)?;
            }
        }
        Command::Bench { model, steps, list, device, precision } => {
            bench(chapter, model.as_deref(), steps, list, (device, precision))?;
        }
        Command::Experiment(args) => {
            let entry = table.find(&args[0].to_string_lossy()).map_err(Usage::from)?;
            let command = ExperimentCli::command().about(entry.title.clone()).bin_name(entry.full_name());
            let parsed = command.try_get_matches_from(args);
            let options = match parsed.and_then(|matches| ExperimentCli::from_arg_matches(&matches)) {
                Ok(cli) => cli.options,
                Err(usage) => return Ok(data::usage::explain(&usage)),
            };
            stop_on_ctrl_c()?;
            experiment(chapter, &Context::new(&table, entry, options, false)?)?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn experiment(chapter: &Chapter, context: &Context) -> Result<()> {
    let entry = context.entry();
    say!("\n{}  {} ({})", entry.full_name(), entry.title, catalog::cited(&entry.pages));
    let run = chapter.experiments.iter().find(|(id, _)| *id == entry.id).map(|(_, run)| run);
    let run = run.unwrap_or_else(|| unreachable!("{} is in the table, but has no function", entry.id));
    run(context).map_err(|error| if error.is::<Interrupted>() { with_next_step(&error, context) } else { error })
}

/// An interruption with the command that goes on.
fn with_next_step(error: &anyhow::Error, context: &Context) -> anyhow::Error {
    let how = if context.resumable.get() { "run the same command with --resume" } else { "run the same command again" };
    Interrupted(format!("{error}\nto resume, {how}")).into()
}

/// Computes in this precision from now on.
///
/// # Errors
/// The device's processor lacks the instructions for it.
fn compute_in(precision: Precision, device: Device) -> Result<()> {
    precision::check(precision, device, precision::has_instructions())?;
    precision::set_global_policy(precision);
    Ok(())
}

fn bench(
    chapter: &Chapter,
    model: Option<&str>,
    steps: u32,
    list: bool,
    (device, precision): (crate::device::Choice, Precision),
) -> Result<()> {
    let names: Vec<&str> = chapter.benches.iter().map(|bench| bench.model).collect();
    if let Some(model) = model.filter(|model| !names.contains(model)) {
        return Err(Usage(format!("unknown model '{model}'; the models are {}", names.join(", "))).into());
    }
    for bench in chapter.benches.iter().filter(|bench| model.is_none_or(|model| model == bench.model)) {
        if list {
            say!("{}", bench.model);
            continue;
        }
        let device = device.resolve()?;
        compute_in(precision, device)?;
        let ms = (bench.run)(device, steps as usize)?;
        say!("{}", serde_json::json!({ "model": bench.model, "batch": bench.batch, "ms": ms }));
    }
    Ok(())
}
