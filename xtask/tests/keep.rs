//! What a reader has put into our folders stays there.
#![cfg(target_os = "linux")]

mod support;

use std::fs;
use std::path::{Path, PathBuf};

use support::{book, cupti_wheel, loadable_torch_wheel, names, repository, runtime_wheel, toolkit_wheel, write};
use tempfile::TempDir;
use testing::{Finished, script};
use xtask::libtorch::{State, Variant, state};

/// A repository whose wheels lie in `folder` of the working folder, and a search path with a C++ compiler only.
fn with_wheels(folder: &str) -> (TempDir, PathBuf) {
    let root = repository();
    put_wheels(root.path(), folder);
    let bin = root.path().join("bin");
    script(&bin.join("c++"), "echo c++ 12\n");
    (root, bin)
}

fn put_wheels(root: &Path, folder: &str) {
    let wheels = root.join(".libtorch.part").join(folder);
    for make in [loadable_torch_wheel, toolkit_wheel, runtime_wheel, cupti_wheel] {
        make(&wheels);
    }
}

fn set_up(root: &Path, bin: &Path) -> Finished {
    Finished::run(book(root).args(["setup", "--cpu"]).env("PATH", bin))
}

/// A repository with libtorch set up, whose library is then cut short.
fn damaged() -> (TempDir, PathBuf) {
    let (root, bin) = with_wheels("downloads");
    set_up(root.path(), &bin).assert_success();
    write(&root.path().join(".libtorch/lib/libtorch_cpu.so"), "cut");
    assert!(matches!(state(&root.path().join(".libtorch")), State::Broken(_)));
    put_wheels(root.path(), "downloads");
    (root, bin)
}

#[test]
fn a_damaged_folder_of_ours_is_replaced() {
    let (root, bin) = damaged();
    set_up(root.path(), &bin).assert_success();
    assert_eq!(state(&root.path().join(".libtorch")), State::Ready(Variant::Cpu));
}

#[test]
fn a_readers_files_in_the_folder_stay_and_are_named() {
    for (name, text) in [
        ("note.txt", "mine"),
        ("lib/libmine.so", "mine"),
        ("include/torch/mine.h", "mine"),
        ("build-version", "2.11.0+mine"),
        ("lib/libc10.so", &"another build".repeat(10_000)),
    ] {
        let (root, bin) = damaged();
        let file = root.path().join(".libtorch").join(name);
        write(&file, text);
        let wheels = names(&root.path().join(".libtorch.part/downloads"));
        set_up(root.path(), &bin).assert_failure(1, &[name, "did not write", "move it to another place"]);
        assert_eq!(fs::read_to_string(&file).unwrap(), text);
        assert_eq!(fs::read_to_string(root.path().join(".libtorch/lib/libtorch_cpu.so")).unwrap(), "cut");
        assert_eq!(names(&root.path().join(".libtorch.part/downloads")), wheels);
    }
}

#[test]
fn an_empty_folder_of_a_reader_stays() {
    let (root, bin) = damaged();
    fs::create_dir(root.path().join(".libtorch/mine")).unwrap();
    set_up(root.path(), &bin).assert_failure(1, &["mine"]);
    assert!(root.path().join(".libtorch/mine").is_dir());
}

#[test]
fn a_readers_own_libtorch_stays() {
    let (root, bin) = with_wheels("downloads");
    let library = root.path().join(".libtorch/lib/libtorch_cpu.so");
    write(&library, "mine");
    write(&root.path().join(".libtorch/build-version"), "2.5.1");
    set_up(root.path(), &bin).assert_failure(1, &["did not install", "set LIBTORCH", "move"]);
    assert_eq!(fs::read_to_string(&library).unwrap(), "mine");
}

#[test]
fn a_folder_of_an_earlier_version_is_replaced() {
    let (root, bin) = damaged();
    // Earlier versions listed the libraries only.
    let marker = root.path().join(".libtorch/gdl.json");
    let mut value = testing::read::json(&marker);
    value.as_object_mut().unwrap().remove("others");
    write(&marker, &value.to_string());
    let note = root.path().join(".libtorch/note.txt");
    write(&note, "mine");
    set_up(root.path(), &bin).assert_failure(1, &["note.txt"]);
    fs::remove_file(note).unwrap();
    set_up(root.path(), &bin).assert_success();
}

#[test]
fn a_readers_wheels_are_used_and_stay() {
    let (root, bin) = with_wheels("wheels");
    let wheels = root.path().join(".libtorch.part/wheels");
    let before = names(&wheels);
    let done = set_up(root.path(), &bin);
    done.assert_success();
    assert_eq!(names(&wheels), before);
    assert_eq!(names(&root.path().join(".libtorch.part")), [".gitignore", "wheels"]);
    // A damaged one is named.
    fs::remove_dir_all(root.path().join(".libtorch")).unwrap();
    let torch = wheels.join(support::TORCH);
    let bytes = fs::read(&torch).unwrap();
    fs::write(&torch, &bytes[..bytes.len() - 100]).unwrap();
    set_up(root.path(), &bin).assert_failure(1, &["your wheel", support::TORCH, "replace it"]);
    assert!(torch.exists());
}

#[test]
fn a_link_stays_a_link() {
    let (root, bin) = with_wheels("downloads");
    let disk = tempfile::tempdir().unwrap();
    let link = root.path().join(".libtorch");
    for folder in ["empty", "not-there-yet"] {
        let there = disk.path().join(folder);
        if folder == "empty" {
            fs::create_dir(&there).unwrap();
        }
        std::os::unix::fs::symlink(&there, &link).unwrap();
        put_wheels(root.path(), "downloads");
        set_up(root.path(), &bin).assert_success();
        assert_eq!(fs::read_link(&link).unwrap(), there);
        assert_eq!(state(&there), State::Ready(Variant::Cpu));
        fs::remove_file(&link).unwrap();
    }
}

#[test]
fn a_python_environment_that_is_not_ours_stays() {
    let root = repository();
    let bin = root.path().join("bin");
    script(&bin.join("c++"), "echo c++ 12\n");
    script(&bin.join("python3"), "case \"$*\" in --version) echo Python 3.12.1;; *) echo no pip; exit 1;; esac\n");
    let note = root.path().join(".python/pip/note.txt");
    write(&note, "mine");
    set_up(root.path(), &bin).assert_failure(1, &[".python/pip", "was not made by"]);
    assert_eq!(fs::read_to_string(&note).unwrap(), "mine");
    assert_eq!(names(&root.path().join(".python/pip")), ["note.txt"]);
}

#[test]
fn a_note_in_an_environment_of_ours_stays_when_it_is_made_again() {
    let root = repository();
    let bin = root.path().join("bin");
    script(&bin.join("c++"), "echo c++ 12\n");
    // Makes environments whose pip does not work.
    let python = "case \"$*\" in --version) echo Python 3.12.1;; *venv*) /bin/mkdir -p \"$3/bin\";; *) exit 1;; esac\n";
    script(&bin.join("python3"), python);
    set_up(root.path(), &bin).assert_failure(1, &["does not work"]);
    let note = root.path().join(".python/pip/note.txt");
    write(&note, "mine");
    set_up(root.path(), &bin).assert_failure(1, &["does not work"]);
    assert_eq!(fs::read_to_string(&note).unwrap(), "mine");
}
