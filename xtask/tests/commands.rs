//! `cargo book` itself, in a repository whose chapter is a shell script's worth of Rust: it needs no libtorch.
#![cfg(unix)]

mod support;

use std::ffi::OsStr;
use std::fs;
use std::path::Path;

use support::{book, in_workspace, repository, write};
use tempfile::TempDir;
use testing::{Finished, read, script};
use xtask::bench::peers::Home;

/// Prints its arguments; `fail` makes it end with 7; answers `bench`.
const CHAPTER: &str = r#"
fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    match args.join(" ").as_str() {
        "bench --list" => println!("one\ntwo"),
        line if line.starts_with("bench --precision f32 --model") => {
            println!("{{\"model\":\"{}\",\"batch\":32,\"ms\":[1.0,2.0,3.0]}}", args[4]);
        }
        line if line.starts_with("bench --precision bf16 --model") => {
            println!("{{\"model\":\"{}\",\"batch\":32,\"ms\":[4.0]}}", args[4]);
        }
        line => println!("chapter got: {line}; {}; {}", std::env::current_dir().unwrap().display(), std::env::var("LD_LIBRARY_PATH").unwrap_or_default()),
    }
    std::process::exit(if args.iter().any(|arg| arg == "fail") { 7 } else { 0 });
}
"#;

fn workspace() -> TempDir {
    support::workspace(CHAPTER)
}

fn output(root: &Path, args: &[&str]) -> Finished {
    Finished::run(&mut in_workspace(root, args))
}

/// [`output`] with another search path for programs.
fn with_path(root: &Path, args: &[&str], path: impl AsRef<OsStr>) -> Finished {
    Finished::run(in_workspace(root, args).env("PATH", path))
}

#[test]
fn an_experiment_gets_its_arguments_and_gives_its_exit_code() {
    let root = workspace();
    let done = output(root.path(), &["03_02_autoencoder_analysis", "--preset", "smoke", "--help", "-x"]);
    done.assert_success();
    done.assert_prints(&["chapter got: 03_02 --preset smoke --help -x;"]);
    assert_eq!(output(root.path(), &["03_01", "fail"]).code, Some(7));
}

#[test]
fn an_experiment_runs_where_the_user_stands_and_finds_libtorch() {
    let root = workspace();
    let below = root.path().join("chapters");
    let done = Finished::run(in_workspace(root.path(), &["03_01"]).current_dir(&below));
    done.assert_prints(&[&format!("; {};", below.canonicalize().unwrap().display())]);
    if cfg!(target_os = "linux") {
        done.assert_prints(&[".libtorch/lib"]);
    }
}

#[test]
fn bad_command_lines_end_with_2_and_other_troubles_with_1() {
    let root = workspace();
    for args in [
        &["03_09"][..],
        &["setpu"],
        &["--bogus"],
        &["setup", "--cpu", "--cuda"],
        &["setup", "--gpu"],
        &["bench", "77"],
        &["bench", "03", "--rounds", "0"],
        &["bench", "03", "--steps", "many"],
        &["bench", "03", "--peers", "theano"],
        &["bench", "03", "--precision", "f16"],
        &["figures", "03_09"],
        &["data"],
    ] {
        output(root.path(), args).assert_failure(2, &[]);
    }
    fs::write(root.path().join("chapters/ch03_vae/src/main.rs"), "fn main() { oops }").unwrap();
    output(root.path(), &["03_01"]).assert_failure(1, &["building ch03 failed"]);
}

#[test]
fn a_wrong_libtorch_stops_everything_with_both_versions_named() {
    let root = workspace();
    let other = tempfile::tempdir().unwrap();
    write(&other.path().join("lib/libtorch_cpu.so"), "library");
    write(&other.path().join("build-version"), "2.5.1");
    for args in [&["03_01"][..], &["setup"], &["test"], &["doctor"]] {
        let done = Finished::run(in_workspace(root.path(), args).env("LIBTORCH", other.path()));
        assert_eq!(done.code, Some(1), "{args:?}");
        let text = done.stdout + &done.stderr;
        assert!(
            text.contains("2.5.1") && text.contains("2.11.0") && text.contains("Unset LIBTORCH"),
            "{args:?}: {text}"
        );
    }
}

#[test]
fn cuda_without_a_driver_is_refused() {
    let root = workspace();
    let done = with_path(root.path(), &["setup", "--cuda"], root.path());
    // A machine with a driver goes on to look for a compiler, which is not on this path either.
    done.assert_failure(1, &[]);
    let said = done.stderr;
    assert!(said.contains("cargo book setup --cpu") || said.contains("compiler"), "{said}");
    assert_eq!(fs::read(root.path().join(".libtorch/build-version")).unwrap(), b"2.11.0\n");
}

#[test]
fn an_old_driver_is_refused_for_cuda() {
    let root = workspace();
    script(&root.path().join("bin/nvidia-smi"), "echo 535.183.01\n");
    let reason = if cfg!(target_os = "macos") { "macOS" } else { "535" };
    with_path(root.path(), &["setup", "--cuda"], root.path().join("bin")).assert_failure(1, &[reason]);
}

#[test]
fn figures_pass_ids_and_options_and_name_the_gallery() {
    let root = workspace();
    let done = output(root.path(), &["figures", "03_02", "03_01", "--preset", "smoke"]);
    done.assert_prints(&["chapter got: figures 03_02 03_01 --preset smoke;"]);
    assert!(done.stdout.lines().last().unwrap().ends_with("figures/index.html"), "{done:?}");
    let failed = output(root.path(), &["figures", "03", "--set", "fail"]);
    assert_eq!(failed.code, Some(7));
    assert!(!failed.stdout.contains("index.html"));
}

#[test]
fn test_runs_the_tests_of_the_workspace() {
    let root = workspace();
    let main = root.path().join("chapters/ch03_vae/src/main.rs");
    fs::write(&main, CHAPTER.to_string() + "#[test] fn good() {}\n").unwrap();
    let done = output(root.path(), &["test"]);
    done.assert_success();
    done.assert_prints(&["1 passed"]);
    let one = output(root.path(), &["test", "-p", "ch03", "nothing"]);
    one.assert_success();
    one.assert_prints(&["1 filtered out"]);
}

/// A Python that stands in for an environment of the peers, which passes for installed.
fn peers_python(root: &Path, home: Home, answer: &str) {
    let dir = root.join(".python").join(home.folder());
    script(&dir.join("bin/python"), answer);
    write(&dir.join("gdl.txt"), home.lock());
}

#[test]
fn bench_times_ours_beside_the_peers_that_work() {
    let root = workspace();
    // With --compile, the model is the fourth argument.
    let torch_and_keras = r#"case "$*" in
--version) echo Python 3.12.1 ;;
*torch_peer.py\ --compile*two*) echo "{\"model\":\"$4\",\"not_possible\":\"no gradient of a gradient\"}" ;;
*torch_peer.py\ --compile*) echo "{\"model\":\"$4\",\"batch\":32,\"ms\":[1.0],\"first_step_s\":21.5}" ;;
*torch_peer.py*) echo "{\"model\":\"$3\",\"batch\":32,\"ms\":[4.0,4.0]}" ;;
*) echo loading >&2; echo "no Keras here" >&2; exit 3 ;;
esac
"#;
    let jax = r#"case "$1" in
--version) echo Python 3.12.1 ;;
*) echo "{\"model\":\"$3\",\"batch\":32,\"ms\":[8.0],\"first_step_s\":3}" ;;
esac
"#;
    peers_python(root.path(), Home::TorchAndKeras, torch_and_keras);
    peers_python(root.path(), Home::Jax, jax);
    for name in ["torch_peer.py", "keras_peer.py", "jax_peer.py"] {
        write(&root.path().join("chapters/ch03_vae/peers").join(name), "");
    }
    let done = output(root.path(), &["bench", "03", "--peers", "--rounds", "2", "--steps", "5"]);
    done.assert_success();
    done.assert_prints(&["ours/PyTorch", "0.50", "no Keras here", "21.50"]);
    done.assert_prints(&["compile, two: not possible: no gradient of a gradient"]);
    let json = read::json(&root.path().join("run/bench-03.json"));
    let model = &json["models"][1];
    assert_eq!(model["model"], "two");
    assert_eq!(model["ours_over_pytorch"], 0.5);
    assert_eq!(model["ours"]["steps"], 6);
    assert!(model["tf_keras"]["error"].as_str().unwrap().contains("no Keras here"));
    assert!(model.get("ours_over_tf_keras").is_none());
    assert_eq!(model["keras_jax"]["first_step_s"], 3.0);
    assert_eq!(json["models"][0]["torch_compile"]["first_step_s"], 21.5);
    assert_eq!(json["peers"].as_array().unwrap().len(), 8);

    let done = output(root.path(), &["bench", "03", "--peers", "jax,eager,jax", "--rounds", "1"]);
    done.assert_success();
    let heading = done.stdout.lines().find(|line| line.starts_with("model")).unwrap();
    assert_eq!(heading.split_whitespace().skip(3).collect::<Vec<_>>(), ["JAX", "ours/JAX", "PyTorch", "ours/PyTorch"]);
    assert!(!done.stdout.contains("bf16"), "{done:?}");

    // The peers are started as before.
    let done = output(root.path(), &["bench", "03", "--peers", "jax", "--rounds", "1", "--precision", "bf16"]);
    done.assert_success();
    done.assert_prints(&["ours in bf16", "0.50"]);
    let json = read::json(&root.path().join("run/bench-03.json"));
    assert_eq!(json["precision"], "bf16");
}

#[test]
fn doctor_names_what_is_missing_and_the_cure() {
    let root = repository();
    let done = Finished::run(book(root.path()).arg("doctor").env("PATH", root.path()));
    assert_eq!(done.code, Some(1), "{done:?}");
    done.assert_prints(&[
        "no C++ compiler",
        "no Python 3",
        "`cargo book setup`",
        "data/cache",
        "experiments     3 in 1 chapters",
    ]);
}

#[test]
fn doctor_shows_what_libtorch_says() {
    let root = workspace();
    write(&root.path().join("Cargo.toml"), "[workspace]\nresolver = \"3\"\nmembers = [\"chapters/*\", \"binary\"]\n");
    let binary = root.path().join("binary");
    write(&binary.join("Cargo.toml"), "[package]\nname = \"binary\"\nversion = \"0.1.0\"\nedition = \"2024\"\n");
    let main = binary.join("src/bin/torch-info.rs");
    write(&main, "fn main() { println!(\"threads: 2\\ncuDNN: no, none\"); }");
    script(&root.path().join("bin/c++"), "echo c++ 12.2\n");
    let path = format!("{}:{}", root.path().join("bin").display(), std::env::var("PATH").unwrap());
    let doctor = || with_path(root.path(), &["doctor"], &path);
    let done = doctor();
    done.assert_success();
    done.assert_prints(&["  threads         2\n", "  cuDNN           no, none\n", "2.11.0 (CPU)", "No problems found"]);
    write(&main, "fn main() { std::process::exit(127) }");
    let done = doctor();
    assert_eq!(done.code, Some(1));
    done.assert_prints(&["does not run: see the message above", "move .libtorch to another place"]);
    let own = tempfile::tempdir().unwrap();
    write(&own.path().join("lib/libtorch_cpu.so"), "library");
    write(&own.path().join("build-version"), "2.11.0");
    let nowhere = root.path().join("nowhere");
    for (name, value, words) in
        [("LIBTORCH", own.path(), "unset LIBTORCH and run"), ("CARGO", &nowhere, "does not run: starting cargo: ")]
    {
        let done = Finished::run(in_workspace(root.path(), &["doctor"]).env("PATH", &path).env(name, value));
        assert_eq!(done.code, Some(1));
        done.assert_prints(&[words]);
    }
}

#[test]
fn the_list_needs_nothing() {
    let root = repository();
    for args in [&[][..], &["list"]] {
        let done = Finished::run(book(root.path()).args(args).env("PATH", ""));
        done.assert_success();
        done.assert_prints(&["03_01_autoencoder_train"]);
    }
}

#[test]
fn notebooks_of_what_is_not_there_are_refused_before_anything_is_set_up() {
    let root = workspace();
    output(root.path(), &["notebook"]).assert_failure(1, &["there are no notebooks in"]);
    let unknown = output(root.path(), &["notebook", "--check", "03_09"]);
    unknown.assert_failure(2, &["no chapter or experiment `03_09`"]);
    let none_yet = output(root.path(), &["notebook", "03_01"]);
    none_yet.assert_failure(2, &["no notebook of 03_01_autoencoder_train"]);
    assert!(!root.path().join(".evcxr").exists() && !root.path().join(".python").exists());
}

#[test]
fn notebooks_without_python_name_the_cure() {
    let root = workspace();
    write(&root.path().join("notebooks/03_01_autoencoder_train.ipynb"), "{}");
    let done = with_path(root.path(), &["notebook", "03_01"], root.path());
    done.assert_failure(1, &["Python 3.10 or newer", "apt install"]);
}

#[test]
fn a_failed_installation_is_told_and_done_anew_the_next_time() {
    let root = workspace();
    write(&root.path().join("notebooks/03_01_autoencoder_train.ipynb"), "{}");
    // A Python that makes environments like itself, and whose pip finds no network.
    let bin = root.path().join("bin");
    let python = r#"case "$*" in
  --version) echo "Python 3.12.1";;
  *venv*) mkdir -p "$3/bin" && cp "$0" "$3/bin/python";;
  *pip*) echo "no network" >&2; exit 1;;
esac
"#;
    script(&bin.join("python3"), python);
    let path = format!("{}:/usr/bin:/bin", bin.display());
    for _ in 0..2 {
        with_path(root.path(), &["notebook", "03_01", "--", "--allow-root"], &path).assert_failure(
            1,
            &["Installing JupyterLab", "no network", "pip could not install JupyterLab", "run the command again"],
        );
        assert!(!root.path().join(".python/jupyter/gdl.txt").exists());
    }
}

#[test]
fn root_is_told_that_jupyter_refuses_before_anything_is_set_up() {
    let root = workspace();
    write(&root.path().join("notebooks/03_01_autoencoder_train.ipynb"), "{}");
    script(&root.path().join("bin/id"), "echo 0\n");
    let done = with_path(root.path(), &["notebook", "03_01"], root.path().join("bin"));
    done.assert_failure(1, &["does not run as root", "--allow-root"]);
    assert!(!root.path().join(".evcxr").exists() && !root.path().join(".python").exists());
    script(&root.path().join("bin/id"), "echo 1000\n");
    let done = with_path(root.path(), &["notebook", "03_01"], root.path().join("bin"));
    done.assert_failure(1, &["Python 3.10 or newer"]);
}

#[test]
#[cfg(target_os = "linux")]
fn a_full_disk_is_told_and_a_closed_pipe_is_not() {
    let root = repository();
    let shell = |script: &str| {
        let script = script.replace("BOOK", env!("CARGO_BIN_EXE_xtask"));
        Finished::run(std::process::Command::new("bash").args(["-c", &script]).current_dir(root.path()))
    };
    for command in ["", "list", "--help", "--version", "setup --help", "data list"] {
        let full = shell(&format!("BOOK {command} > /dev/full"));
        full.assert_failure(1, &["cannot write to standard output"]);
        let closed = shell(&format!("set -o pipefail; BOOK {command} | true"));
        assert_eq!((closed.code, closed.stderr.as_str()), (Some(0), ""), "{command}");
    }
    // Nor do messages for standard error end anything.
    assert_eq!(shell("BOOK list 2> /dev/full > /dev/null").code, Some(0));
    assert_eq!(shell("BOOK 03_09 2> /dev/full").code, Some(2));
}
