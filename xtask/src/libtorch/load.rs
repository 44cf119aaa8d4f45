//! Loading the libraries, as a program does that uses them: what they need may be missing though all of them are there.

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

use anyhow::{Context, Result, bail};
use catalog::versions::LIBTORCH;

use super::Variant;
use crate::loader;
use crate::process::last_lines;

/// The hidden command that loads libraries: a library that crashes ends only this process.
pub const COMMAND: &str = "load-libraries";

/// Loads the libraries of the libtorch in `dir` in another process.
///
/// # Errors
/// One cannot be loaded; the message has the loader's words.
pub fn check(dir: &Path, variant: Variant) -> Result<()> {
    let lib = dir.join("lib");
    let mut command = Command::new(std::env::current_exe().context("looking for this program")?);
    command.arg(COMMAND).args(libraries(&lib, variant)).env(loader::VARIABLE, loader::path(&lib));
    let output = command.stdin(Stdio::null()).output().context("starting this program again")?;
    if output.status.success() {
        return Ok(());
    }
    let said = last_lines(&String::from_utf8_lossy(&output.stderr), 2);
    let said = if said.is_empty() { format!("the process that loads it ended with {}", output.status) } else { said };
    bail!(
        "libtorch {LIBTORCH} ({variant}) in {} cannot be loaded: {said}. A library that is missing belongs to another \
         build (a wheel for another CUDA), or to a package of the system; `GLIBC` or `GLIBCXX` not found means that the \
         system is too old",
        dir.display()
    )
}

/// The libraries that programs are linked with.
fn libraries(lib: &Path, variant: Variant) -> Vec<PathBuf> {
    let names: &[&str] = match variant {
        Variant::Cpu => &["c10", "torch_cpu"],
        Variant::Cuda => &["c10", "torch_cpu", "c10_cuda", "torch_cuda"],
    };
    let extension = if cfg!(target_os = "macos") { "dylib" } else { "so" };
    names.iter().map(|name| lib.join(format!("lib{name}.{extension}"))).collect()
}

/// The hidden command: loads these libraries with all that they need.
///
/// # Errors
/// One cannot be loaded.
pub fn run(libraries: &[PathBuf]) -> Result<ExitCode> {
    for library in libraries {
        // SAFETY: the code that a library runs when it is loaded is libtorch's own. This process does nothing else, and
        // keeps it until it ends.
        let loaded = unsafe { libloading::Library::new(library) };
        std::mem::forget(loaded?);
    }
    Ok(ExitCode::SUCCESS)
}
