//! `cargo book soak`, on a chapter that trains a few numbers: it needs no libtorch.
#![cfg(unix)]

mod support;

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

use support::{in_workspace, names, workspace};
use tempfile::TempDir;
use testing::{Finished, interrupt_at};

const TRAINER: &str = include_str!("support/trainer.rs");

/// `cargo book soak ...` with temporary folders in `temporary`.
fn soak(root: &Path, temporary: &TempDir, args: &[&str]) -> Command {
    let mut command = in_workspace(root, &[&["soak"][..], args].concat());
    command.env("TMPDIR", temporary.path());
    command
}

/// The folders of `soak` that are left.
fn left(temporary: &TempDir) -> Vec<String> {
    names(temporary.path()).into_iter().filter(|name| name.starts_with("soak-")).collect()
}

#[test]
fn killed_runs_are_compared_and_all_others_are_named() {
    let (root, temporary) = (workspace(TRAINER), tempfile::tempdir().unwrap());
    let done = Finished::run(&mut soak(root.path(), &temporary, &["03", "--kills", "6", "--seed", "5"]));
    done.assert_success();
    done.assert_prints(&["seed 5, ", "\n2 kills of 6: all runs that were compared are equal"]);
    done.assert_prints(&["03_02    skipped: no source has the data set `mnist`\n"]);
    done.assert_prints(&["03_03    skipped: trains nothing\n"]);
    let row = done.stdout.lines().find(|line| line.starts_with("03_01")).unwrap();
    let cells: Vec<_> = row.split("  ").map(str::trim).filter(|cell| !cell.is_empty()).collect();
    assert_eq!((cells[1], cells[4]), ("2", "none"), "{row}");
    // On a busy machine the run ends before its disk is full.
    assert!(["refused", "no write"].contains(&cells[5]), "{row}");
    assert!(["refused", "root may"].contains(&cells[6]), "{row}");
    assert!(["refused", "both whole"].contains(&cells[7]), "{row}");
    assert!(left(&temporary).is_empty());
}

#[test]
fn a_difference_is_told_with_the_way_to_repeat_it_and_the_runs_stay() {
    let mistaken = TRAINER.replace("LEAVES_A_TRACE: bool = false", "LEAVES_A_TRACE: bool = true");
    assert_ne!(mistaken, TRAINER);
    let (root, temporary) = (workspace(&mistaken), tempfile::tempdir().unwrap());
    let done = Finished::run(&mut soak(root.path(), &temporary, &["03_01", "--kills", "2", "--seed", "5"]));
    let words = [
        "run autoencoder/digits: resumed: only in the killed run",
        "repeat: cargo book soak 03_01 --kills 2 --seed 5 --seconds 4 --data any",
        "kept: ",
    ];
    done.assert_failure(1, &words);
    done.assert_prints(&["FOUND", "not all runs are equal"]);
    let kept = left(&temporary);
    assert_eq!(kept.len(), 1, "{done:?}");
    assert!(temporary.path().join(&kept[0]).join("03_01/whole/run/autoencoder/0001_digits/params.json").exists());
}

#[test]
fn ctrl_c_leaves_nothing_behind() {
    let (root, temporary) = (workspace(TRAINER), tempfile::tempdir().unwrap());
    let done = interrupt_at(&mut soak(root.path(), &temporary, &["03_01", "--kills", "1000"]), "seed ");
    done.assert_failure(130, &["stopped"]);
    assert!(left(&temporary).is_empty());
}

#[test]
fn a_second_ctrl_c_leaves_nothing_behind_either() {
    let (root, temporary) = (workspace(TRAINER), tempfile::tempdir().unwrap());
    let mut command = soak(root.path(), &temporary, &["03_01", "--kills", "1000"]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
    assert!(lines.any(|line| line.starts_with("seed ")));
    // Until it has ended, it is asked again and again.
    let code = loop {
        let kill = Command::new("sh").arg("-c").arg(format!("kill -INT {}", child.id())).status();
        assert!(kill.unwrap().success());
        if let Some(status) = child.try_wait().unwrap() {
            break status.code();
        }
    };
    assert_eq!(code, Some(130));
    assert!(left(&temporary).is_empty());
}

#[test]
fn wrong_words_are_refused() {
    let (root, temporary) = (workspace(TRAINER), tempfile::tempdir().unwrap());
    for args in [&["03_09"][..], &["03", "--kills", "0"], &["--seconds", "0"], &["--data", "some"]] {
        Finished::run(&mut soak(root.path(), &temporary, args)).assert_failure(2, &[]);
    }
}
