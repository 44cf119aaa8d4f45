//! The Rust kernel, evcxr, in `.evcxr`, and its kernelspec, by which Jupyter finds it.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use data::note;
use serde_json::json;

use super::environment::{self, write};
use crate::cargo::Cargo;
use crate::process::answer;
use crate::{loader, plain};

/// The version that the notebooks were tried with.
const EVCXR: &str = "0.22.0";

/// Large parts of the kernel that serve completion. The types of variables, for which sources are read when a kernel starts,
/// come from others.
const ONLY_FOR_EDITORS: [&str; 7] = [
    "ra_ap_hir",
    "ra_ap_ide",
    "ra_ap_ide_assists",
    "ra_ap_ide_completion",
    "ra_ap_ide_db",
    "ra_ap_ide_diagnostics",
    "ra_ap_ide_ssr",
];

/// Run by the kernel when it starts: errors with their causes, and cargo through the `mold` that `kernel.py` makes.
const AT_START: &str = ":efmt {:?}\n:linker mold\n";

/// The folder of the kernel and of what it compiles.
pub fn home(root: &Path) -> PathBuf {
    root.join(".evcxr")
}

/// Takes the kernel that the user has, or compiles it the first time.
///
/// # Errors
/// When cargo cannot; what it has compiled is kept for the next try.
pub fn ready(root: &Path) -> Result<()> {
    let home = home(root);
    let marker = home.join("gdl.txt");
    let binary = home.join("bin/evcxr_jupyter");
    if binary.is_file() && fs::read_to_string(&marker).is_ok_and(|text| text == EVCXR) {
        return Ok(());
    }
    if let Some(installed) = installed(root) {
        fs::create_dir_all(home.join("bin")).with_context(|| format!("making {}", home.display()))?;
        fs::copy(&installed, &binary).with_context(|| format!("copying {}", installed.display()))?;
    } else {
        compile(root, &home)?;
    }
    fs::write(&marker, EVCXR).with_context(|| format!("writing {}", marker.display()))
}

/// The kernel of this version where the user has it: `cargo install evcxr_jupyter`.
fn installed(root: &Path) -> Option<PathBuf> {
    let list = plain::cargo(root).args(["install", "--list"]).output().ok()?;
    let ours = format!("evcxr_jupyter v{EVCXR}:");
    String::from_utf8_lossy(&list.stdout).lines().find(|line| *line == ours)?;
    let paths = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&paths).map(|folder| folder.join("evcxr_jupyter")).find(|path| path.is_file())
}

fn compile(root: &Path, home: &Path) -> Result<()> {
    note!("Compiling the Rust kernel evcxr {EVCXR} in {}: about 5 minutes on two cores, once.", home.display());
    let build = home.join("kernel-build");
    let mut command = plain::cargo(root);
    command.args(["install", "evcxr_jupyter", "--version", EVCXR, "--locked", "--force", "--root"]).arg(home);
    // A folder that stays: an interrupted compilation goes on where it was.
    command.env("CARGO_TARGET_DIR", &build).env("PATH", with_bin(home)?);
    // Fully optimised, its parts take half as long again to compile, and it starts hardly sooner.
    command.env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "1");
    for package in ONLY_FOR_EDITORS {
        command.args(["--config", &format!("profile.release.package.{package}.opt-level=0")]);
    }
    let status = command.status().context("starting cargo")?;
    ensure!(
        status.success(),
        "cargo could not install evcxr; its reason stands above. Is there a network? Then run the command again: what \
         was compiled is kept"
    );
    fs::remove_dir_all(&build).with_context(|| format!("removing {}", build.display()))
}

/// The search path with the kernel's folder in it, so that cargo has nothing to remark.
fn with_bin(home: &Path) -> Result<std::ffi::OsString> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let paths = std::env::split_paths(&path).chain([home.join("bin")]);
    std::env::join_paths(paths).context("the search path cannot be extended")
}

/// Writes the kernelspec, which starts the kernel through `kernel.py` with libtorch in reach.
///
/// # Errors
/// When it cannot be written.
pub fn write_spec(root: &Path, python: &Path, cargo: &Cargo) -> Result<()> {
    let home = home(root);
    let config = home.join("config");
    write(&config.join("init.evcxr"), AT_START)?;
    let mut env = cargo.environment();
    // Cells are linked to the shared library of Rust's own standard library.
    let std = answer("rustc", &["--print", "target-libdir"]).context("rustc does not tell where its libraries lie")?;
    for (_, paths) in env.iter_mut().filter(|(name, _)| name == loader::VARIABLE) {
        paths.push(format!(":{std}"));
    }
    env.push(("EVCXR_CONFIG_DIR".into(), config.into()));
    // It would write a kernelspec of its own to the user's folder if it found an older one there.
    env.push(("JUPYTER_PATH".into(), home.join("no-other-kernels").into()));
    env.push(("RUST_LIB_BACKTRACE".into(), "0".into()));
    let env: serde_json::Map<_, _> =
        env.iter().map(|(name, value)| (name.clone(), json!(value.to_string_lossy()))).collect();
    let script = root.join("xtask/python/kernel.py");
    let spec = json!({
        "argv": [python, script, home, "{connection_file}"],
        "display_name": "Rust",
        "language": "rust",
        "interrupt_mode": "message",
        "env": env,
    });
    let folder = environment::dir(root).join("share/jupyter/kernels/rust");
    write(&folder.join("kernel.json"), &(serde_json::to_string_pretty(&spec)? + "\n"))
}
