//! `cargo book figures`: the book's figures and their gallery.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result};
use clap::Args;
use data::{note, say};

use crate::cargo::Cargo;
use crate::experiments::Experiments;
use crate::jobs::jobs;
use crate::process;

#[derive(Args)]
pub struct Arguments {
    /// Chapters (03) or experiments (03_02) [default: all], then options of the experiments (--preset book)
    #[arg(value_name = "CHAPTER|ID|OPTIONS", trailing_var_arg = true, allow_hyphen_values = true)]
    args: Vec<OsString>,
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

    // Ctrl-C also reaches cargo, which ends, and the chapter's binary, which finishes its step and saves: wait for it.
    process::catch_ctrl_c()?;

    for job in jobs {
        let package = &job.chapter.table.package;
        let built = cargo.build(package, package);
        if process::interrupted() {
            return Ok(ExitCode::from(process::INTERRUPTED));
        }
        let mut binary = cargo.start(&built?);
        binary.arg("figures").args(&job.ids).args(options);
        let status = binary.status().with_context(|| format!("starting {package}"))?;
        if process::interrupted() {
            return Ok(ExitCode::from(process::INTERRUPTED));
        }
        if !status.success() {
            note!("error: the figures of chapter {} failed: see the message above", job.chapter.table.chapter);
            return Ok(process::code(status));
        }
    }
    if !options.iter().any(|option| option == "--help" || option == "-h") {
        say!("Gallery: {}", out(root, options).join("figures/index.html").display());
    }
    Ok(ExitCode::SUCCESS)
}

/// The folder in which the chapters write figures: that of `--out`, else the repository.
fn out(root: &Path, options: &[OsString]) -> PathBuf {
    let after = options.iter().position(|option| option == "--out").and_then(|at| options.get(at + 1));
    let within = || options.iter().find_map(|option| option.to_str()?.strip_prefix("--out=").map(PathBuf::from));
    after.map(PathBuf::from).or_else(within).unwrap_or_else(|| root.to_path_buf())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_gallery_is_where_the_chapters_write_it() {
        let of = |options: &[&str]| out(Path::new("root"), &options.iter().map(OsString::from).collect::<Vec<_>>());
        assert_eq!(of(&["--preset", "smoke"]), Path::new("root"));
        assert_eq!(of(&["--out", "there", "--preset", "smoke"]), Path::new("there"));
        assert_eq!(of(&["--preset", "smoke", "--out=there"]), Path::new("there"));
    }
}
