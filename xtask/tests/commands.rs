//! `cargo book` itself, in a repository whose chapter is a shell script's worth of Rust: it needs no libtorch.
#![cfg(unix)]

mod support;

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use support::{book, repository, script, stderr, stdout, write};
use tempfile::TempDir;

/// Prints its arguments; `fail` makes it end with 7; answers `bench`.
const CHAPTER: &str = r#"
fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    match args.join(" ").as_str() {
        "bench --list" => println!("one\ntwo"),
        line if line.starts_with("bench --model") => {
            println!("{{\"model\":\"{}\",\"batch\":32,\"ms\":[1.0,2.0,3.0]}}", args[2]);
        }
        line => println!("chapter got: {line}; {}; {}", std::env::current_dir().unwrap().display(), std::env::var("LD_LIBRARY_PATH").unwrap_or_default()),
    }
    std::process::exit(if args.iter().any(|arg| arg == "fail") { 7 } else { 0 });
}
"#;

/// The repository of `support`, with a workspace around its chapter and a folder that passes for libtorch.
fn workspace() -> TempDir {
    let root = repository();
    let path = |name: &str| root.path().join(name);
    write(&path("Cargo.toml"), "[workspace]\nresolver = \"3\"\nmembers = [\"chapters/*\"]\n");
    write(
        &path("chapters/ch03_vae/Cargo.toml"),
        "[package]\nname = \"ch03\"\nversion = \"0.1.0\"\nedition = \"2024\"\n",
    );
    write(&path("chapters/ch03_vae/src/main.rs"), CHAPTER);
    write(&path(".libtorch/build-version"), "2.11.0\n");
    write(&path(".libtorch/lib/libtorch_cpu.so"), "library");
    write(&path(".libtorch/lib/libtorch_cpu.dylib"), "library");
    root
}

fn in_workspace(root: &Path, args: &[&str]) -> Command {
    let mut command = book(root);
    command.args(args).env("CARGO_TARGET_DIR", root.join("target")).env_remove("RUSTFLAGS");
    command
}

fn output(root: &Path, args: &[&str]) -> Output {
    in_workspace(root, args).output().unwrap()
}

#[test]
fn an_experiment_gets_its_arguments_and_gives_its_exit_code() {
    let root = workspace();
    let done = output(root.path(), &["03_02_autoencoder_analysis", "--preset", "smoke", "--help", "-x"]);
    assert!(done.status.success(), "{}", stderr(&done));
    assert!(stdout(&done).contains("chapter got: 03_02 --preset smoke --help -x;"), "{}", stdout(&done));
    let failed = output(root.path(), &["03_01", "fail"]);
    assert_eq!(failed.status.code(), Some(7));
}

#[test]
fn an_experiment_runs_where_the_user_stands_and_finds_libtorch() {
    let root = workspace();
    let below = root.path().join("chapters");
    let done = in_workspace(root.path(), &["03_01"]).current_dir(&below).output().unwrap();
    let line = stdout(&done);
    assert!(line.contains(&format!("; {};", below.canonicalize().unwrap().display())), "{line} {}", stderr(&done));
    if cfg!(target_os = "linux") {
        assert!(line.contains(".libtorch/lib"), "{line}");
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
        &["figures", "03_09"],
        &["data"],
    ] {
        let done = output(root.path(), args);
        assert_eq!(done.status.code(), Some(2), "{args:?}: {}", stderr(&done));
        assert!(!stderr(&done).is_empty() && !stderr(&done).contains("panicked"), "{args:?}: {}", stderr(&done));
    }
    fs::write(root.path().join("chapters/ch03_vae/src/main.rs"), "fn main() { oops }").unwrap();
    let done = output(root.path(), &["03_01"]);
    assert_eq!(done.status.code(), Some(1));
    assert!(stderr(&done).contains("building ch03 failed"), "{}", stderr(&done));
}

#[test]
fn a_wrong_libtorch_stops_everything_with_both_versions_named() {
    let root = workspace();
    let other = tempfile::tempdir().unwrap();
    write(&other.path().join("lib/libtorch_cpu.so"), "library");
    write(&other.path().join("build-version"), "2.5.1");
    for args in [&["03_01"][..], &["setup"], &["test"], &["doctor"]] {
        let done = in_workspace(root.path(), args).env("LIBTORCH", other.path()).output().unwrap();
        assert_eq!(done.status.code(), Some(1), "{args:?}");
        let text = stdout(&done) + &stderr(&done);
        assert!(
            text.contains("2.5.1") && text.contains("2.11.0") && text.contains("Unset LIBTORCH"),
            "{args:?}: {text}"
        );
    }
}

#[test]
fn cuda_without_a_driver_is_refused() {
    let root = workspace();
    let done = in_workspace(root.path(), &["setup", "--cuda"]).env("PATH", root.path()).output().unwrap();
    // A machine with a driver goes on to look for a compiler, which is not on this path either.
    assert_eq!(done.status.code(), Some(1));
    assert!(
        stderr(&done).contains("cargo book setup --cpu") || stderr(&done).contains("compiler"),
        "{}",
        stderr(&done)
    );
    assert_eq!(fs::read(root.path().join(".libtorch/build-version")).unwrap(), b"2.11.0\n");
}

#[test]
fn an_old_driver_is_refused_for_cuda() {
    let root = workspace();
    script(&root.path().join("bin/nvidia-smi"), "echo 535.183.01\n");
    let done = in_workspace(root.path(), &["setup", "--cuda"]).env("PATH", root.path().join("bin")).output().unwrap();
    assert_eq!(done.status.code(), Some(1));
    let reason = if cfg!(target_os = "macos") { "macOS" } else { "535" };
    assert!(stderr(&done).contains(reason), "{}", stderr(&done));
}

#[test]
fn figures_pass_ids_and_options_and_name_the_gallery() {
    let root = workspace();
    let done = output(root.path(), &["figures", "03_02", "03_01", "--preset", "smoke"]);
    let text = stdout(&done);
    assert!(text.contains("chapter got: figures 03_02 03_01 --preset smoke;"), "{text} {}", stderr(&done));
    assert!(text.lines().last().unwrap().ends_with("figures/index.html"), "{text}");
    let failed = output(root.path(), &["figures", "03", "--set", "fail"]);
    assert_eq!(failed.status.code(), Some(7));
    assert!(!stdout(&failed).contains("index.html"));
}

#[test]
fn test_runs_the_tests_of_the_workspace() {
    let root = workspace();
    let main = root.path().join("chapters/ch03_vae/src/main.rs");
    fs::write(&main, CHAPTER.to_string() + "#[test] fn good() {}\n").unwrap();
    let done = output(root.path(), &["test"]);
    assert!(done.status.success() && stdout(&done).contains("1 passed"), "{}", stderr(&done));
    let one = output(root.path(), &["test", "-p", "ch03", "nothing"]);
    assert!(one.status.success() && stdout(&one).contains("1 filtered out"), "{}", stderr(&one));
}

#[test]
fn bench_times_ours_beside_the_peers_that_work() {
    let root = workspace();
    let python = root.path().join(".python/peers/bin/python");
    let answer = r#"case "$1" in
--version) echo Python 3.12.1 ;;
*torch_peer.py) echo "{\"model\":\"$3\",\"batch\":32,\"ms\":[4.0,4.0]}" ;;
*) echo loading >&2; echo "no Keras here" >&2; exit 3 ;;
esac
"#;
    script(&python, answer);
    write(&root.path().join(".python/peers/gdl.txt"), &xtask::bench::peers::marker());
    for name in ["torch_peer.py", "keras_peer.py"] {
        write(&root.path().join("chapters/ch03_vae/peers").join(name), "");
    }
    let done = output(root.path(), &["bench", "03", "--peers", "--rounds", "2", "--steps", "5"]);
    let text = stdout(&done);
    assert!(done.status.success(), "{}", stderr(&done));
    assert!(text.contains("ours/PyTorch") && text.contains("0.50") && text.contains("no Keras here"), "{text}");
    let json: serde_json::Value =
        serde_json::from_slice(&fs::read(root.path().join("run/bench-03.json")).unwrap()).unwrap();
    let model = &json["models"][1];
    assert_eq!(model["model"], "two");
    assert_eq!(model["ours_over_pytorch"], 0.5);
    assert_eq!(model["ours"]["steps"], 6);
    assert!(model["tf_keras"]["error"].as_str().unwrap().contains("no Keras here"));
    assert!(model.get("ours_over_tf_keras").is_none());
}

#[test]
fn doctor_names_what_is_missing_and_the_cure() {
    let root = repository();
    let done = book(root.path()).arg("doctor").env("PATH", root.path()).output().unwrap();
    let text = stdout(&done);
    assert_eq!(done.status.code(), Some(1), "{text}");
    for part in
        ["no C++ compiler", "no Python 3", "`cargo book setup`", "data/cache", "experiments     3 in 1 chapters"]
    {
        assert!(text.contains(part), "{part} is not in\n{text}");
    }
}

#[test]
fn doctor_shows_what_libtorch_says() {
    let root = workspace();
    write(&root.path().join("Cargo.toml"), "[workspace]\nresolver = \"3\"\nmembers = [\"chapters/*\", \"common\"]\n");
    let common = root.path().join("common");
    write(&common.join("Cargo.toml"), "[package]\nname = \"common\"\nversion = \"0.1.0\"\nedition = \"2024\"\n");
    let main = common.join("src/bin/torch-info.rs");
    write(&main, "fn main() { println!(\"threads: 2\\ncuDNN: no, none\"); }");
    script(&root.path().join("bin/c++"), "echo c++ 12.2\n");
    let path = format!("{}:{}", root.path().join("bin").display(), std::env::var("PATH").unwrap());
    let doctor = || in_workspace(root.path(), &["doctor"]).env("PATH", &path).output().unwrap();
    let done = doctor();
    let text = stdout(&done);
    assert!(done.status.success(), "{text} {}", stderr(&done));
    for part in ["  threads         2\n", "  cuDNN           no, none\n", "2.11.0 (CPU)", "Nothing is wrong"] {
        assert!(text.contains(part), "{part} is not in\n{text}");
    }
    write(&main, "fn main() { std::process::exit(127) }");
    let done = doctor();
    assert_eq!(done.status.code(), Some(1));
    assert!(stdout(&done).contains("does not run"), "{}", stdout(&done));
}

#[test]
fn the_list_needs_nothing() {
    let root = repository();
    for args in [&[][..], &["list"]] {
        let done = book(root.path()).args(args).env("PATH", "").output().unwrap();
        assert!(done.status.success() && stdout(&done).contains("03_01_autoencoder_train"));
    }
}

#[test]
fn notebooks_of_what_is_not_there_are_refused_before_anything_is_set_up() {
    let root = workspace();
    let nothing = output(root.path(), &["notebook"]);
    assert_eq!(nothing.status.code(), Some(1));
    assert!(stderr(&nothing).contains("there are no notebooks in"), "{}", stderr(&nothing));
    let unknown = output(root.path(), &["notebook", "--check", "03_09"]);
    assert_eq!(unknown.status.code(), Some(2));
    assert!(stderr(&unknown).contains("no chapter or experiment `03_09`"), "{}", stderr(&unknown));
    let none_yet = output(root.path(), &["notebook", "03_01"]);
    assert_eq!(none_yet.status.code(), Some(2));
    assert!(stderr(&none_yet).contains("no notebook of 03_01_autoencoder_train"), "{}", stderr(&none_yet));
    assert!(!root.path().join(".evcxr").exists() && !root.path().join(".python").exists());
}

#[test]
fn notebooks_without_python_name_the_cure() {
    let root = workspace();
    write(&root.path().join("notebooks/03_01_autoencoder_train.ipynb"), "{}");
    let done = in_workspace(root.path(), &["notebook", "03_01"]).env("PATH", root.path()).output().unwrap();
    assert_eq!(done.status.code(), Some(1));
    assert!(
        stderr(&done).contains("Python 3.10 or newer") && stderr(&done).contains("apt install"),
        "{}",
        stderr(&done)
    );
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
        let done = in_workspace(root.path(), &["notebook", "03_01"]).env("PATH", &path).output().unwrap();
        assert_eq!(done.status.code(), Some(1));
        let said = stderr(&done);
        assert!(said.contains("Setting JupyterLab") && said.contains("no network"), "{said}");
        assert!(said.contains("pip could not install JupyterLab") && said.contains("run the command again"), "{said}");
        assert!(!root.path().join(".python/jupyter/gdl.txt").exists());
    }
}
