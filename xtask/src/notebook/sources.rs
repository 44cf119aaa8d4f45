//! The sources of Rust's standard library, from which the kernel knows the types of a cell's variables.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};
use data::note;

use crate::process::answer;

/// Takes those that are here, or that `RUST_SRC_PATH` names, or has rustup fetch them: they are not in its default profile.
///
/// # Errors
/// They are missing, and rustup cannot fetch them.
pub fn ready() -> Result<()> {
    if std::env::var_os("RUST_SRC_PATH").is_some() {
        return Ok(());
    }
    let sysroot = answer("rustc", &["--print", "sysroot"]).context("rustc does not tell where its libraries lie")?;
    fetch(Path::new(&sysroot), Command::new("rustup"))
}

fn fetch(sysroot: &Path, mut rustup: Command) -> Result<()> {
    let is_there = || sysroot.join("lib/rustlib/src/rust/library/std").is_dir();
    if is_there() {
        return Ok(());
    }
    note!("Fetching the sources of Rust's standard library, from which the kernel knows types.");
    let done = rustup.args(["component", "add", "rust-src"]).status();
    ensure!(
        done.is_ok_and(|status| status.success()) && is_there(),
        "notebooks need the sources of Rust's standard library in {}, and rustup could not add them. Is there a network? \
         Then run `rustup component add rust-src`; a Rust without rustup has them in a package of its own, such as \
         Debian's `rust-src`",
        sysroot.display()
    );
    Ok(())
}

#[cfg(all(test, unix))]
mod tests {
    use std::process::Command;

    use testing::script;

    use super::fetch;

    #[test]
    fn sources_are_fetched_once() {
        let root = tempfile::tempdir().unwrap();
        let rustup = root.path().join("rustup");
        script(&rustup, "exit 1");
        let error = fetch(root.path(), Command::new(&rustup)).unwrap_err().to_string();
        assert!(error.contains("rustup component add rust-src"), "{error}");
        // It says that it could, and has not.
        script(&rustup, "exit 0");
        fetch(root.path(), Command::new(&rustup)).unwrap_err();
        fetch(root.path(), Command::new(root.path().join("missing"))).unwrap_err();
        script(
            &rustup,
            "[ \"$*\" = 'component add rust-src' ] && mkdir -p \"${0%/*}/lib/rustlib/src/rust/library/std\"",
        );
        fetch(root.path(), Command::new(&rustup)).unwrap();
        script(&rustup, "exit 1");
        fetch(root.path(), Command::new(&rustup)).unwrap();
    }
}
