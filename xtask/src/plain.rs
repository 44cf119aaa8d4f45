//! Cargo without libtorch, and the folders in which it works.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde::Deserialize;

use crate::process::output_of;

/// The variable that names cargo's target folder.
const TARGET_DIR: &str = "CARGO_TARGET_DIR";

/// `cargo` in the root of the repository, with nothing said about libtorch.
pub fn cargo(root: &Path) -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root);
    as_from_a_shell(&mut command);
    // The user stands in another folder, which a relative name belongs to.
    if let Some(dir) = env::var_os(TARGET_DIR).filter(|dir| !dir.is_empty())
        && let Ok(dir) = std::path::absolute(dir)
    {
        command.env(TARGET_DIR, dir);
    }
    command
}

/// Whether `package` was compiled here before, for this machine or for a target that the user's settings name.
pub fn has_compiled(root: &Path, package: &str) -> bool {
    let start = format!("{package}-");
    let folders = |dir: &Path| -> Vec<PathBuf> {
        std::fs::read_dir(dir).into_iter().flatten().flatten().map(|entry| entry.path()).collect()
    };
    let is_in = |target: PathBuf| {
        let of_targets = folders(&target).into_iter().chain([target]);
        let mut built = of_targets.flat_map(|dir| folders(&dir.join("debug/build")));
        built.any(|dir| dir.file_name().is_some_and(|name| name.to_string_lossy().starts_with(&start)))
    };
    // For most readers it is this folder, and cargo need not be started to tell.
    is_in(root.join("target")) || is_in(target_dir(root))
}

/// Where cargo puts what it compiles: `target`, or the folder that a variable or the user's configuration names.
pub fn target_dir(root: &Path) -> PathBuf {
    #[derive(Deserialize)]
    struct Metadata {
        target_directory: PathBuf,
    }
    let said = output_of(cargo(root).args(["metadata", "--no-deps", "--offline", "--format-version", "1"]));
    let metadata = said.and_then(|text| serde_json::from_str::<Metadata>(&text).ok());
    metadata.map_or_else(|| root.join("target"), |metadata| metadata.target_directory)
}

/// `cargo run` describes xtask to xtask in variables; other crates should not take them for their own.
pub fn as_from_a_shell(command: &mut Command) {
    for (name, _) in env::vars_os() {
        let text = name.to_string_lossy();
        if text.starts_with("CARGO_PKG_") || text.starts_with("CARGO_MANIFEST_") || text == "CARGO_BIN_NAME" {
            command.env_remove(&name);
        }
    }
}

/// What in the user's settings keeps a program that cargo has built, `executable`, from finding the libraries in `lib`:
/// `.cargo/config.toml` writes their place into it, relative to the folder `target` of the repository.
pub fn obstacles(root: &Path, executable: &Path, lib: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for name in ["RUSTFLAGS", "CARGO_ENCODED_RUSTFLAGS"] {
        if env::var_os(name).is_some_and(|flags| !flags.is_empty()) {
            found.push(format!("{name} is set, and replaces the flags in .cargo/config.toml"));
        }
    }
    let same = |a: &Path, b: &Path| a.canonicalize().ok().zip(b.canonicalize().ok()).is_some_and(|(a, b)| a == b);
    let target = target_dir(root);
    if !same(&target, &root.join("target")) {
        let by = [TARGET_DIR, "CARGO_BUILD_TARGET_DIR"].into_iter().find(|name| env::var_os(name).is_some());
        let by = by.unwrap_or("`build.target-dir` in your configuration of cargo");
        found.push(format!("{by} puts programs into {}", target.display()));
    }
    if !executable.parent().is_some_and(|folder| same(folder, &target.join("debug"))) {
        let by = if env::var_os("CARGO_BUILD_TARGET").is_some() {
            "CARGO_BUILD_TARGET"
        } else {
            "`build.target` in your configuration of cargo"
        };
        found.push(format!("{by} puts programs into another folder than target/debug"));
    }
    if !same(lib, &root.join(crate::libtorch::FOLDER).join("lib")) {
        found.push(format!("LIBTORCH names another folder than {}", crate::libtorch::FOLDER));
    }
    found
}
