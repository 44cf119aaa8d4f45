//! Cargo without libtorch, and the folders in which it works.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

/// `cargo` in the root of the repository, with nothing said about libtorch.
pub fn cargo(root: &Path) -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root);
    as_from_a_shell(&mut command);
    command
}

/// Whether `package` was compiled here before.
pub fn has_compiled(root: &Path, package: &str) -> bool {
    let start = format!("{package}-");
    let entries = std::fs::read_dir(debug_dir(root).join("build"));
    entries.is_ok_and(|entries| entries.flatten().any(|entry| entry.file_name().to_string_lossy().starts_with(&start)))
}

/// Where cargo puts what it compiles, unless the user's configuration of cargo names another folder.
pub fn target_dir(root: &Path) -> PathBuf {
    root.join(env::var_os("CARGO_TARGET_DIR").map_or_else(|| "target".into(), PathBuf::from))
}

/// Where binaries lie.
pub fn debug_dir(root: &Path) -> PathBuf {
    target_dir(root).join("debug")
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
