//! `cargo book test`: every test of the workspace.

use std::ffi::OsString;
use std::path::Path;
use std::process::ExitCode;

use anyhow::Result;

use crate::cargo::Cargo;
use crate::process;

/// Runs `cargo test --workspace args...`. Arguments that select packages (`-p`) replace `--workspace`.
///
/// # Errors
/// libtorch cannot be installed, or cargo cannot be started.
pub fn run(root: &Path, args: &[OsString]) -> Result<ExitCode> {
    let chooses = args
        .iter()
        .map(|arg| arg.to_string_lossy())
        .take_while(|arg| arg != "--")
        .any(|arg| arg.starts_with("-p") || arg.starts_with("--package") || arg.starts_with("--manifest-path"));
    let mut command = Cargo::ready(root)?.command("test");
    if !chooses {
        command.arg("--workspace");
    }
    command.args(args);
    process::become_command(command)
}
