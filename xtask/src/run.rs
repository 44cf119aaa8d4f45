//! `cargo book 03_01 ...`: one experiment.

use std::ffi::OsString;
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, Result};

use crate::cargo::Cargo;
use crate::experiments::Experiments;
use crate::process;

/// Builds the chapter of the experiment named by the first argument, and runs its binary with all arguments.
/// `commands` are the other commands, which a mistyped id may mean.
///
/// # Errors
/// [`crate::Usage`] for an unknown id; libtorch cannot be installed, or the chapter cannot be built.
pub fn run(root: &Path, args: &[OsString], commands: &[&str]) -> Result<ExitCode> {
    let (id, rest) = args.split_first().context("no experiment given; `cargo book` lists them")?;
    let experiments = Experiments::load(root)?;
    let (chapter, experiment) = experiments.find(&id.to_string_lossy(), commands)?;
    let cargo = Cargo::ready(root)?;
    let mut binary = cargo.start(&cargo.build(&chapter.table.package, &chapter.table.package)?);
    binary.arg(&experiment.id).args(rest);
    process::become_command(binary)
}
