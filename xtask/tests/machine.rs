//! Machines and settings that set-up meets: what it checks before it downloads anything, and what it asks pip for.
#![cfg(target_os = "linux")]

mod support;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use support::{book, cupti_wheel, names, repository, runtime_wheel, shared_library, toolkit_wheel, torch_wheel_with};
use tempfile::TempDir;
use testing::{Finished, script};
use xtask::libtorch::{State, Variant, state};

/// A repository, and a folder of programs with a C++ compiler.
fn machine() -> (TempDir, PathBuf) {
    let root = repository();
    let bin = root.path().join("bin");
    script(&bin.join("c++"), "echo c++ 12\n");
    (root, bin)
}

fn setup(root: &Path, bin: &Path) -> Command {
    let mut command = book(root);
    command.args(["setup", "--cpu"]).env("PATH", bin);
    command
}

/// A Python whose pip notes how it is called in `calls`, and finds its wheels in the folder `index`. Its output is
/// `said` if there is none.
fn python(root: &Path, bin: &Path, said: &str) {
    let text = format!(
        r#"PATH=/usr/bin:/bin
root={root}
case "$*" in
--version) echo Python 3.12.1 ;;
"-m venv "*) mkdir -p "$3/bin"; cp "$0" "$3/bin/python" ;;
"-m pip --version") echo pip 25.2 from there ;;
"-m pip download "*)
    dest=; for word; do test "$last" = --dest && dest=$word; last=$word; done
    echo "$*" >> "$root/calls"
    cat "$last" >> "$root/calls"
    env | grep ^PIP_ >> "$root/calls"
    spec=$(cut -d ' ' -f 1 "$last")
    name=$(echo "${{spec%%=*}}" | tr - _); version=${{spec##*=}}
    cp "$root/index/$name-${{version%.\*}}"[.-]* "$dest" 2>> "$root/calls" && exit 0
    test -f "$root/index/wrong-$name.whl" && cp "$root/index/wrong-$name.whl" "$dest/{wrong}" && exit 0
    echo "{said}" >&2; exit 1 ;;
esac
"#,
        root = root.display(),
        wrong = support::TORCH.replace("2.11.0", "2.11.0+cu128"),
    );
    script(&bin.join("python3"), &text);
}

/// The wheels of an index, but for PyTorch's.
fn index(root: &Path) -> PathBuf {
    let index = root.join("index");
    for make in [toolkit_wheel, runtime_wheel, cupti_wheel] {
        make(&index);
    }
    index
}

#[test]
fn an_old_c_library_is_named_before_anything_is_made() {
    let (root, bin) = machine();
    python(root.path(), &bin, "");
    script(&bin.join("getconf"), "echo glibc 2.17\n");
    setup(root.path(), &bin).output().unwrap();
    Finished::run(&mut setup(root.path(), &bin)).assert_failure(1, &["glibc 2.17", "2.28 or newer"]);
    assert_eq!(names(root.path()), ["bin", "chapters", "data"]);
    let doctor = Finished::run(book(root.path()).arg("doctor").env("PATH", &bin));
    doctor.assert_prints(&["glibc 2.17, and PyTorch's libraries need", "such systems     not supported"]);
}

#[test]
fn musl_is_named() {
    let (root, bin) = machine();
    script(&bin.join("ldd"), "echo 'musl libc (x86_64)' >&2; exit 1\n");
    Finished::run(&mut setup(root.path(), &bin)).assert_failure(1, &["musl", "glibc 2.28"]);
}

#[test]
fn an_old_python_is_named_and_a_newer_one_beside_it_serves() {
    let (root, bin) = machine();
    script(&bin.join("python3"), "echo Python 3.8.10\n");
    let done = Finished::run(&mut setup(root.path(), &bin));
    done.assert_failure(1, &["Python 3.9 or newer", "Python 3.8", "python3"]);
    let doctor = Finished::run(book(root.path()).arg("doctor").env("PATH", &bin));
    doctor.assert_prints(&["no Python 3.9 or newer"]);
    script(&bin.join("python3.11"), "case \"$1\" in --version) echo Python 3.11.2;; *) echo none >&2; exit 1;; esac\n");
    Finished::run(&mut setup(root.path(), &bin)).assert_failure(1, &["python3.11 -m venv failed: none"]);
}

#[test]
fn compilers_are_read_as_the_build_reads_them() {
    let (root, bin) = machine();
    script(&bin.join("ccache"), "exec \"$@\"\n");
    script(&bin.join("g++"), "echo g++ 13\n");
    fs::remove_file(bin.join("c++")).unwrap();
    let target = format!("CXX_{}-unknown-linux-gnu", std::env::consts::ARCH);
    for (name, value) in [
        ("CXX", "ccache g++"),
        ("CXX", "g++ -m64"),
        ("CXX", "ccache g++ -m64"),
        (&target, "g++"),
        (&target.replace('-', "_"), "ccache g++"),
        ("HOST_CXX", "g++"),
    ] {
        let doctor = Finished::run(book(root.path()).arg("doctor").env("PATH", &bin).env(name, value));
        doctor.assert_prints(&["C++ compiler     g++ 13"]);
        assert!(!doctor.stdout.contains("no C++ compiler"), "{name}={value}: {doctor:?}");
        let done = Finished::run(setup(root.path(), &bin).env(name, value));
        done.assert_failure(1, &["no Python 3"]); // the compiler is there
    }
    for (name, value, word) in [("CXX", "ccache clang++", "C++ compiler"), ("CC", "icc -O3", "C compiler")] {
        let done = Finished::run(setup(root.path(), &bin).env("CXX", "g++").env(name, value));
        done.assert_failure(1, &[&format!("no {word}"), name]);
    }
}

#[test]
fn libraries_are_loaded_before_they_are_said_to_be_set_up() {
    let (root, bin) = machine();
    let wheels = root.path().join(".libtorch.part/downloads");
    for make in [toolkit_wheel, runtime_wheel, cupti_wheel] {
        make(&wheels);
    }
    // A build for another CUDA, whose runtime is not there.
    let other = shared_library(Some("libcudart.so.12"));
    torch_wheel_with(&wheels, support::TORCH, &shared_library(None), &other);
    let done = Finished::run(&mut setup(root.path(), &bin));
    done.assert_failure(1, &["libcudart.so.12", "cannot be loaded", support::TORCH]);
    assert!(!root.path().join(".libtorch").exists() && wheels.join(support::TORCH).exists());
    // A reader's own folder is loaded, too.
    let own = tempfile::tempdir().unwrap();
    fs::create_dir(own.path().join("lib")).unwrap();
    fs::write(own.path().join("lib/libtorch_cpu.so"), &other).unwrap();
    fs::write(own.path().join("lib/libc10.so"), shared_library(None)).unwrap();
    fs::write(own.path().join("build-version"), "2.11.0").unwrap();
    Finished::run(setup(root.path(), &bin).env("LIBTORCH", own.path())).assert_failure(1, &["libcudart.so.12"]);
    fs::write(own.path().join("lib/libtorch_cpu.so"), shared_library(None)).unwrap();
    let done = Finished::run(setup(root.path(), &bin).env("LIBTORCH", own.path()));
    done.assert_success();
    done.assert_prints(&["Nothing to do"]);
}

#[test]
fn pip_is_asked_for_this_very_version_whatever_it_is_set_to() {
    let (root, bin) = machine();
    python(root.path(), &bin, "no network");
    let library = shared_library(None);
    torch_wheel_with(&index(root.path()), support::TORCH, &library, &library);
    let mut command = setup(root.path(), &bin);
    for name in ["CONSTRAINT", "TARGET", "PREFIX", "REQUIRE_HASHES", "PLATFORM", "NO_BINARY", "USER", "ABI", "NO_DEPS"]
    {
        command.env(format!("PIP_{name}"), "another-project");
    }
    command.env("PIP_INDEX_URL", "https://mirror/simple").env("PIP_CERT", "company.pem");
    Finished::run(&mut command).assert_success();
    assert_eq!(state(&root.path().join(".libtorch")), State::Ready(Variant::Cpu));
    let calls = fs::read_to_string(root.path().join("calls")).unwrap();
    assert!(!calls.contains("another-project"), "{calls}");
    for words in [
        "PIP_INDEX_URL=https://mirror/simple",
        "PIP_CERT=company.pem",
        "torch===2.11.0 --hash=sha256:",
        "nvidia-cuda-runtime==13.0.96.* --hash=sha256:",
        "--platform manylinux_2_28_",
    ] {
        assert!(calls.contains(words), "{words}: {calls}");
    }
}

#[test]
fn another_build_is_refused() {
    let (root, bin) = machine();
    python(root.path(), &bin, "");
    let library = shared_library(None);
    torch_wheel_with(&index(root.path()), "wrong-torch.whl", &library, &library);
    let done = Finished::run(&mut setup(root.path(), &bin));
    done.assert_failure(1, &["asked for torch===2.11.0", "2.11.0+cu128"]);
    assert!(!root.path().join(".libtorch").exists());
}

#[test]
fn a_file_with_another_hash_is_refused_with_the_cure() {
    let (root, bin) = machine();
    python(root.path(), &bin, "ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE.");
    let done = Finished::run(&mut setup(root.path(), &bin));
    done.assert_failure(1, &["refused the file that came for torch===2.11.0", "SHA-256", "another index"]);
    assert!(!root.path().join(".libtorch").exists());
}

#[test]
fn an_index_with_builds_for_the_cpu_serves() {
    let (root, bin) = machine();
    python(root.path(), &bin, "ERROR: no version satisfies it (from versions: 2.10.0+cpu, 2.11.0+cpu)");
    let library = shared_library(None);
    let name = support::TORCH.replace("2.11.0", "2.11.0+cpu");
    torch_wheel_with(&index(root.path()), &name, &library, &library);
    let done = Finished::run(&mut setup(root.path(), &bin));
    done.assert_success();
    assert!(done.stderr.contains("2.11.0+cpu"), "{done:?}");
}

#[test]
fn pips_own_last_words_are_passed_on() {
    let (root, bin) = machine();
    python(root.path(), &bin, "ERROR: proxy.company says 407");
    Finished::run(&mut setup(root.path(), &bin)).assert_failure(1, &["could not download", "proxy.company says 407"]);
}
