//! Building and starting the other crates of the workspace.

use std::ffi::OsString;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result};
use data::note;
use serde::Deserialize;

use crate::{libtorch, loader, plain, setup};

/// Cargo, with libtorch in place.
pub struct Cargo {
    root: PathBuf,
    libtorch: libtorch::Place,
}

impl Cargo {
    /// Sets libtorch up if need be.
    ///
    /// # Errors
    /// When that fails, or `LIBTORCH` names a folder of another version.
    pub fn ready(root: &Path) -> Result<Cargo> {
        let libtorch = libtorch::Place::find(root);
        setup::ensure(root, &libtorch)?;
        Ok(Cargo { root: root.to_path_buf(), libtorch })
    }

    /// `cargo <subcommand>` in the root of the repository.
    pub fn command(&self, subcommand: &str) -> Command {
        let mut command = plain::cargo(&self.root);
        command.arg(subcommand);
        self.prepare(&mut command);
        command
    }

    /// Builds the binary `name` of `package` and tells where it lies.
    ///
    /// # Errors
    /// When the build fails.
    pub fn build(&self, package: &str, name: &str) -> Result<PathBuf> {
        let built = self.try_build(package, name)?;
        built.with_context(|| {
            format!("building {name} failed; `cargo book doctor` tells whether everything it needs is here")
        })
    }

    /// Like [`Cargo::build`]; `None` if the build fails, after cargo's own message.
    ///
    /// # Errors
    /// When cargo cannot be started.
    pub fn try_build(&self, package: &str, name: &str) -> Result<Option<PathBuf>> {
        if !plain::has_compiled(&self.root, "torch-sys") {
            note!("Building {name}. The first time this compiles the bindings of libtorch and takes minutes.");
        }
        let mut command = self.command("build");
        // The messages tell where the binary lies, whatever target folder or target the user's settings choose.
        command.args(["--package", package, "--bin", name, "--message-format", "json-render-diagnostics"]);
        let mut child = command.stdout(Stdio::piped()).spawn().context("starting cargo")?;
        let mut executable = None;
        if let Some(stdout) = child.stdout.take() {
            for line in BufReader::new(stdout).lines() {
                let line = line.context("reading what cargo says")?;
                if let Some(path) = serde_json::from_str::<Message>(&line).ok().and_then(|message| message.executable) {
                    executable = Some(path);
                }
            }
        }
        if !child.wait().context("waiting for cargo")?.success() {
            return Ok(None);
        }
        executable.with_context(|| format!("cargo did not say where the binary {name} lies")).map(Some)
    }

    /// The command that starts the binary `executable` where the user stands.
    pub fn start(&self, executable: &Path) -> Command {
        let mut command = Command::new(executable);
        self.prepare(&mut command);
        command
    }

    /// Settings that libtorch needs in `command`.
    fn prepare(&self, command: &mut Command) {
        plain::as_from_a_shell(command);
        command.env_remove("LIBTORCH_USE_PYTORCH").env_remove("LIBTORCH").envs(self.environment());
    }

    /// Variables that building with libtorch, and running what was built, needs.
    pub fn environment(&self) -> Vec<(String, OsString)> {
        let mut variables = Vec::new();
        // .cargo/config.toml sets it to our folder. Set by us, too, it could look like another one to cargo: a build for
        // nothing.
        if let libtorch::Place::External(dir) = &self.libtorch {
            variables.push(("LIBTORCH".to_string(), dir.clone().into_os_string()));
        }
        // Not needed where the run path finds .libtorch, but other target folders and documentation tests lie elsewhere.
        variables.push((loader::VARIABLE.to_string(), loader::path(&self.libtorch.lib())));
        variables
    }
}

/// Cargo's message about something it built.
#[derive(Deserialize)]
struct Message {
    executable: Option<PathBuf>,
}
