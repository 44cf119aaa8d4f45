//! The command line.

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use clap::{Args, CommandFactory, Parser, Subcommand};

use crate::{bench, doctor, figures, libtorch, list, notebook, readme, run, setup, soak, test};

/// Generative Deep Learning, in Rust: runs the book's experiments.
///
/// Without a command it lists the experiments. With an id it runs that experiment and passes it all further arguments:
/// `cargo book 03_01 --help` lists its options.
#[derive(Parser)]
#[command(name = "cargo book", bin_name = "cargo book", version, disable_help_subcommand = true)]
#[command(override_usage = "cargo book [COMMAND]\n       cargo book <ID> [OPTIONS OF THE EXPERIMENT]")]
#[command(after_help = "\
Examples:
  cargo book 03_01                    run an experiment by its number ...
  cargo book 03_01_autoencoder_train  ... or by its whole name
  cargo book 03_01 --preset book      with the book's hyper-parameters (smoke, quick, book)
  cargo book figures 03               all figures of chapter 3
  cargo book notebook 03_04           its notebook in JupyterLab
  cargo book setup --cuda             libtorch for NVIDIA GPUs")]
pub struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// List the experiments with pages, data and expected minutes
    List,
    /// Draw the book's figures into a gallery; train missing runs first
    Figures(figures::Arguments),
    /// Run all tests, as CI does
    Test(Rest),
    /// Install libtorch in .libtorch (the other commands do so when they need it)
    Setup(setup::Arguments),
    /// Check the installation and suggest fixes
    Doctor,
    /// List, fetch, verify or find data sets
    Data(data::command::Args),
    /// Time the training steps, alone or against PyTorch and Keras
    Bench(bench::Arguments),
    /// Kill training runs at random moments, resume them, and compare them with runs that were left alone
    Soak(soak::Arguments),
    /// Open the notebooks in JupyterLab, or execute them; install what they need
    Notebook(notebook::Arguments),
    /// Rewrite the table of sections in README.md from the chapters' experiments.toml
    #[command(hide = true)]
    Readme,
    /// Load libraries, for set-up
    #[command(hide = true, name = libtorch::load::COMMAND)]
    Load { libraries: Vec<PathBuf> },
    #[command(external_subcommand)]
    Run(Vec<OsString>),
}

/// Arguments that are passed on unchanged.
#[derive(Args)]
struct Rest {
    /// Arguments of `cargo test`
    #[arg(allow_hyphen_values = true)]
    args: Vec<OsString>,
    /// Arguments of the test programs: -- --nocapture
    #[arg(last = true)]
    last: Vec<OsString>,
}

impl Rest {
    /// All of them. A `--` that stands first separates the two lists, a later one is in the first list.
    fn all(self) -> Vec<OsString> {
        let Rest { mut args, last } = self;
        if !last.is_empty() {
            args.push("--".into());
            args.extend(last);
        }
        args
    }
}

/// Runs the command.
///
/// # Errors
/// [`crate::Usage`] for unknown ids; otherwise the error of the command.
pub fn run(cli: Cli) -> Result<ExitCode> {
    let root = data::root()?;
    match cli.command {
        None | Some(Command::List) => list::run(&root),
        Some(Command::Run(args)) => {
            let cli = Cli::command();
            let commands: Vec<_> = cli.get_subcommands().map(clap::Command::get_name).collect();
            run::run(&root, &args, &commands)
        }
        Some(Command::Figures(args)) => figures::run(&root, &args),
        Some(Command::Test(rest)) => test::run(&root, &rest.all()),
        Some(Command::Setup(args)) => setup::run(&root, &args),
        Some(Command::Doctor) => Ok(doctor::run(&root)),
        Some(Command::Data(args)) => data::command::run(args).map(|()| ExitCode::SUCCESS),
        Some(Command::Bench(args)) => bench::run(&root, &args),
        Some(Command::Soak(args)) => soak::run(&root, &args),
        Some(Command::Load { libraries }) => libtorch::load::run(&libraries),
        Some(Command::Readme) => readme::run(&root),
        Some(Command::Notebook(args)) => notebook::run(&root, &args),
    }
}

#[cfg(test)]
mod tests {
    use clap::error::ErrorKind;

    use super::*;

    fn parse(line: &str) -> Result<Cli, clap::Error> {
        Cli::try_parse_from(["cargo book"].into_iter().chain(line.split(' ')))
    }

    #[test]
    fn arguments_of_cargo_test_are_passed_on_unchanged() {
        for rest in [
            "foo",
            "-- --nocapture",
            "foo -- --nocapture",
            "-p ch03 --release -- --nocapture foo",
            "--release foo -- --test-threads 1 -- x",
            "foo --help",
        ] {
            let Some(Command::Test(parsed)) = parse(&format!("test {rest}")).unwrap().command else { panic!("{rest}") };
            assert_eq!(parsed.all(), rest.split(' ').collect::<Vec<_>>());
        }
        assert_eq!(parse("test --help").err().unwrap().kind(), ErrorKind::DisplayHelp);
    }

    #[test]
    fn options_that_would_have_no_effect_are_refused() {
        for line in [
            "bench 08 --judge --steps 5",
            "bench 08 --judge 10 --rounds 2",
            "bench 08 --judge --precision bf16",
            "bench 08 --judge --peers eager",
            "notebook --check -- --no-browser",
            "notebook 03_01 --refresh -- --port 8889",
            "notebook --check --refresh",
        ] {
            assert_eq!(parse(line).err().map(|error| error.kind()), Some(ErrorKind::ArgumentConflict), "{line}");
        }
        for line in ["bench 08 --judge 10", "notebook --check 03_01", "notebook 03_01 -- --no-browser"] {
            assert!(parse(line).is_ok(), "{line}");
        }
    }
}
