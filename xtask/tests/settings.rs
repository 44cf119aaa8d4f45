//! Settings of cargo and of the loader that readers have for other work: `cargo book` works with all of them, and `doctor`
//! names what is in the way of plain cargo.
#![cfg(target_os = "linux")]

mod support;

use std::path::Path;
use std::process::Command;

use support::{book, repository, write};
use tempfile::TempDir;
use testing::Finished;

/// Starts only with our libtorch first on the loader's path, and with none of another one, as a program linked to it.
const PROGRAM: &str = r#"
fn main() {
    let path = std::env::var("LD_LIBRARY_PATH").unwrap_or_default();
    let ours = path.split(':').next().is_some_and(|first| first.ends_with(".libtorch/lib"));
    if !ours && !cfg!(run_path) {
        eprintln!("libtorch_cpu.so: cannot open shared object file");
        std::process::exit(127);
    }
    println!("path: {path}");
}
"#;

/// A repository whose programs find `libtorch` as ours do: through a flag in `.cargo/config.toml`.
fn workspace() -> TempDir {
    let root = repository();
    let path = |name: &str| root.path().join(name);
    write(&path("Cargo.toml"), "[workspace]\nresolver = \"3\"\nmembers = [\"chapters/*\", \"binary\"]\n");
    for (folder, name, main) in
        [("chapters/ch03_vae", "ch03", "src/main.rs"), ("binary", "binary", "src/bin/torch-info.rs")]
    {
        let manifest = format!("[package]\nname = {name:?}\nversion = \"0.1.0\"\nedition = \"2024\"\n");
        write(&path(folder).join("Cargo.toml"), &(manifest + "[lints.rust]\nunexpected_cfgs = \"allow\"\n"));
        write(&path(folder).join(main), PROGRAM);
    }
    let config = "[target.'cfg(target_os = \"linux\")']\nrustflags = [\"--cfg\", \"run_path\"]\n";
    write(&path(".cargo/config.toml"), config);
    write(&path(".libtorch/build-version"), "2.11.0\n");
    write(&path(".libtorch/lib/libtorch_cpu.so"), "library");
    write(&path("other/libtorch_cpu.so"), "another library");
    write(&path("old/libstdc++.so.6"), "GLIBCXX_3.4.9 GLIBCXX_3.4.11");
    write(&path("new/libstdc++.so.6"), "GLIBCXX_3.4.999");
    write(&path("plain/libother.so"), "");
    root
}

fn with(root: &Path, args: &[&str], variables: &[(&str, &str)]) -> Finished {
    let mut command: Command = book(root);
    command.args(args).envs(variables.iter().copied());
    Finished::run(&mut command)
}

#[test]
fn experiments_run_whatever_cargo_and_the_loader_are_set_to() {
    let root = workspace();
    let host = format!("{}-unknown-linux-gnu", std::env::consts::ARCH);
    let elsewhere = tempfile::tempdir().unwrap();
    for variables in [
        &[][..],
        &[("RUSTFLAGS", "-C debuginfo=0")],
        &[("CARGO_TARGET_DIR", elsewhere.path().to_str().unwrap())],
        &[("CARGO_BUILD_TARGET", &host)],
        &[("CARGO_BUILD_TARGET_DIR", "built")],
    ] {
        let done = with(root.path(), &["03_01"], variables);
        done.assert_success();
        done.assert_prints(&[".libtorch/lib"]);
    }
    // A folder that is relative belongs to where the user stands.
    let below = root.path().join("data");
    let mut command = book(root.path());
    Finished::run(command.arg("03_01").current_dir(&below).env("CARGO_TARGET_DIR", "built")).assert_success();
    assert!(below.join("built/debug/ch03").is_file());
    // The user's own configuration of cargo.
    let home = tempfile::tempdir().unwrap();
    let config = format!(
        "[build]\ntarget-dir = {:?}\nrustflags = [\"-Cdebuginfo=0\"]\n[target.{host}]\nrustflags = [\"-Cdebuginfo=0\"]\n",
        home.path().join("built")
    );
    write(&home.path().join("config.toml"), &config);
    let done = with(root.path(), &["03_01"], &[("CARGO_HOME", home.path().to_str().unwrap())]);
    done.assert_success();
    assert!(home.path().join("built/debug/ch03").is_file());
}

#[test]
fn folders_of_the_loader_that_break_libtorch_are_left_out() {
    let root = workspace();
    let path = |name: &str| root.path().join(name).display().to_string();
    let variable = ["other", "old", "new", "plain"].map(&path).join(":");
    let done = with(root.path(), &["03_01"], &[("LD_LIBRARY_PATH", &variable)]);
    done.assert_success();
    done.assert_prints(&[&format!("path: {}:{}:{}\n", path(".libtorch/lib"), path("new"), path("plain"))]);
}

#[test]
fn doctor_names_what_is_in_the_way_of_plain_cargo() {
    let root = workspace();
    let doctor = |variables: &[(&str, &str)]| {
        let done = with(root.path(), &["doctor"], variables);
        done.assert_success();
        done.stdout
    };
    let said = doctor(&[]);
    assert!(said.contains("No problems found.") && !said.contains("plain `cargo"), "{said}");
    let elsewhere = tempfile::tempdir().unwrap();
    let other = root.path().join("other").display().to_string();
    let old = root.path().join("old").display().to_string();
    for (name, value, words) in [
        ("RUSTFLAGS", "-C debuginfo=0", "RUSTFLAGS is set"),
        ("LD_LIBRARY_PATH", &other, "another libtorch"),
        ("LD_LIBRARY_PATH", &old, "an old libstdc++"),
    ] {
        let said = doctor(&[(name, value)]);
        for words in [words, name, "plain `cargo run`", "No problems found with `cargo book`."] {
            assert!(said.contains(words), "{words}: {said}");
        }
    }
    // Together with flags that keep the run path out, so that the program does not start by itself.
    let target = elsewhere.path().to_str().unwrap();
    let said = doctor(&[("CARGO_TARGET_DIR", target), ("RUSTFLAGS", "-C debuginfo=0")]);
    assert!(said.contains("CARGO_TARGET_DIR puts programs into"), "{said}");
    let host = format!("{}-unknown-linux-gnu", std::env::consts::ARCH);
    let said = doctor(&[("CARGO_BUILD_TARGET", &host), ("RUSTFLAGS", "-C debuginfo=0")]);
    assert!(said.contains("CARGO_BUILD_TARGET puts programs into"), "{said}");
}
