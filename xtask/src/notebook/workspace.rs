//! The dependencies of all notebooks, compiled once.
//!
//! The kernel compiles each cell as a package `ctx`. A workspace around it gives all kernels the versions of our
//! `Cargo.lock` and the same profile. `template` is that workspace, with a package that depends on all chapters;
//! `kernel.py` copies it for each kernel, and all kernels share `build`.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};

use super::environment::write;
use super::kernel;
use crate::cargo::{Cargo, plain};
use crate::experiments::Experiments;
use crate::process::answer;

const WORKSPACE: &str = r#"# Made by `cargo book notebook`.
[workspace]
resolver = "3"
members = ["ctx", "deps"]

[profile.dev]
opt-level = 2
debug = false

# Thin wrappers around libtorch: optimising them costs a minute and gains nothing.
[profile.dev.package.torch-sys]
opt-level = 0

[profile.dev.package.tch]
opt-level = 0

# A cell is compiled each time that it runs.
[profile.dev.package.ctx]
opt-level = 1
"#;

const CTX: &str = "[package]\nname = \"ctx\"\nversion = \"1.0.0\"\nedition = \"2024\"\n";

/// Writes the template and compiles the chapters' dependencies.
///
/// # Errors
/// rustc is missing, or the chapters cannot be built.
pub fn ready(root: &Path, cargo: &Cargo, experiments: &Experiments) -> Result<()> {
    let home = kernel::home(root);
    let template = home.join("template");
    let mut deps =
        String::from("[package]\nname = \"deps\"\nversion = \"1.0.0\"\nedition = \"2024\"\n\n[dependencies]\n");
    deps += &format!("common = {{ path = {:?} }}\n", root.join("common"));
    for chapter in &experiments.chapters {
        let folder = root.join("chapters").join(&chapter.folder);
        if folder.join("src/lib.rs").is_file() {
            deps += &format!("{} = {{ path = {folder:?} }}\n", chapter.table.package);
        }
    }
    write(&template.join("Cargo.toml"), WORKSPACE)?;
    write(&template.join("ctx/Cargo.toml"), CTX)?;
    write(&template.join("ctx/src/lib.rs"), "")?;
    write(&template.join("deps/Cargo.toml"), &deps)?;
    write(&template.join("deps/src/lib.rs"), "")?;
    let lock = root.join("Cargo.lock");
    let text = fs::read_to_string(&lock).with_context(|| format!("reading {}", lock.display()))?;
    fs::write(template.join("Cargo.lock"), text).with_context(|| format!("writing to {}", template.display()))?;

    let target = host()?;
    write(&home.join("target.txt"), &target)?;
    let build = home.join("build");
    if !build.join(&target).exists() {
        eprintln!("Compiling the notebooks' dependencies: a few minutes, once.");
    }
    // The same call as evcxr's, so that it finds everything compiled.
    let mut command = cargo.command("build");
    command.current_dir(template.join("deps")).args(["--target", &target]).arg("--quiet");
    command.env("CARGO_TARGET_DIR", &build).env("CARGO_BUILD_BUILD_DIR", &build).env("RUSTFLAGS", "-Cprefer-dynamic");
    ensure!(
        command.status().context("starting cargo")?.success(),
        "building the chapters for the notebooks failed; `cargo book doctor` checks the installation"
    );
    // The kernel asks cargo for the packages of all platforms: download them now.
    let mut metadata = plain(root);
    metadata.current_dir(template.join("deps")).args(["metadata", "--format-version", "1", "--quiet"]);
    let done = metadata.stdout(std::process::Stdio::null()).status().context("starting cargo")?.success();
    ensure!(done, "cargo could not download the notebooks' dependencies: see its message above");
    Ok(())
}

/// Makes cargo rebuild the notebooks' bindings after the installation of another libtorch.
pub fn forget_bindings(root: &Path) {
    let home = kernel::home(root);
    let template = home.join("template/deps");
    if template.is_dir() {
        let mut clean = plain(root);
        clean.current_dir(template).args(["clean", "--quiet", "--package", "torch-sys"]);
        clean.env("CARGO_TARGET_DIR", home.join("build")).env("CARGO_BUILD_BUILD_DIR", home.join("build"));
        if !clean.status().is_ok_and(|status| status.success()) {
            eprintln!("warning: remove {} to rebuild the notebooks' bindings", home.join("build").display());
        }
    }
}

/// The platform that rustc compiles for.
fn host() -> Result<String> {
    let said = answer("rustc", &["-vV"]).context("no rustc on PATH")?;
    let line = said.lines().find_map(|line| line.strip_prefix("host: "));
    Ok(line.context("rustc does not report its host")?.to_string())
}
