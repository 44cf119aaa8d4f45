//! Training runs that are stopped, killed and resumed, through the chapter's binary.

use common::training::RunFolder;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::time::Duration;
use tch::Tensor;
use testing::{Chapter, gallery, read};
use testing_tensors::assert_equal;

fn ch07() -> Chapter {
    Chapter::new(env!("CARGO_BIN_EXE_ch07"))
}

/// The last run.
fn folder(chapter: &Chapter, section: &str, data: &str) -> PathBuf {
    RunFolder::list(&chapter.path("run"), section, data).pop().unwrap().path
}

/// The net and its optimizer.
fn checkpoint(folder: &Path) -> BTreeMap<String, Tensor> {
    let tensors = common::keras::weights::read_file(&folder.join("weights/checkpoint.safetensors")).unwrap().0;
    assert!(tensors.keys().any(|name| name.starts_with("optimizer/")), "a checkpoint without optimizer");
    tensors
}

fn weights(folder: &Path, name: &str) -> BTreeMap<String, Tensor> {
    common::keras::weights::read_file(&folder.join("weights").join(name)).unwrap().0
}

#[test]
fn resumed_runs_equal_uninterrupted_ones_bit_for_bit() {
    let (whole, parts) = (ch07(), ch07());
    whole.succeed(&["07_02", "--preset", "smoke", "--epochs", "3"]);
    parts.succeed(&["07_02", "--preset", "smoke", "--epochs", "1"]);
    parts.succeed(&["07_02", "--resume", "--epochs", "3"]);
    let [whole, parts] = [&whole, &parts].map(|chapter| folder(chapter, "compose", "cello"));
    assert_equal(&checkpoint(&parts), &checkpoint(&whole));
    for best in ["best_loss.safetensors", "best_val_loss.safetensors"] {
        assert_equal(&weights(&parts, best), &weights(&whole, best));
    }
    let [whole, parts] = [whole, parts].map(|folder| std::fs::read(folder.join("scores/epoch_0003.mid")).unwrap());
    assert_eq!(whole, parts);
}

#[test]
fn killed_runs_resume_and_end_the_same() {
    let (whole, killed) = (ch07(), ch07());
    let smoke = ["07_02", "--preset", "smoke", "--epochs", "6"];
    whole.succeed(&smoke);
    let runs = || RunFolder::list(&killed.path("run"), "compose", "cello");
    let start =
        |args: &[&str]| -> Child { killed.command(args).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap() };
    // Moments spread over start-up, training and drawing, the same at each run of this test.
    let mut state = 7u32;
    for _ in 0..6 {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let mut child = start(if runs().is_empty() { &smoke } else { &["07_02", "--resume"] });
        std::thread::sleep(Duration::from_millis(u64::from(state >> 20)));
        child.kill().unwrap();
        child.wait().unwrap();
    }
    if runs().is_empty() {
        killed.succeed(&smoke);
    }
    killed.succeed(&["07_02", "--resume"]);
    assert_equal(&checkpoint(&runs()[0].path), &checkpoint(&folder(&whole, "compose", "cello")));
}

#[cfg(unix)]
#[test]
fn ctrl_c_saves_and_says_how_to_resume() {
    let (whole, stopped) = (ch07(), ch07());
    let smoke = ["07_02", "--preset", "smoke", "--epochs", "5"];
    testing::interrupt_at(&mut stopped.command(&smoke), "epoch").assert_failure(130, &["--resume"]);
    stopped.succeed(&["07_02", "--resume"]);
    whole.succeed(&smoke);
    let [whole, stopped] = [&whole, &stopped].map(|chapter| folder(chapter, "compose", "cello"));
    assert_equal(&checkpoint(&stopped), &checkpoint(&whole));
}

#[test]
fn training_stops_when_the_loss_no_longer_falls() {
    let chapter = ch07();
    // A learning rate at which the loss cannot fall for long.
    let rate = ["--set", "learning_rate=0.5", "--set", "patience=1"];
    let said = chapter.succeed(&[&["07_02", "--preset", "smoke", "--epochs", "40"], &rate[..]].concat());
    said.assert_prints(&["stopped: the training loss has not fallen for 1 epochs"]);
    let folder = folder(&chapter, "compose", "cello");
    let losses: Vec<f64> =
        read::csv(&folder.join("history.csv"))[1..].iter().map(|row| row[2].parse().unwrap()).collect();
    let lowest = losses.iter().position(|loss| losses.iter().all(|other| loss <= other)).unwrap();
    assert!(losses.len() < 40 && lowest + 2 == losses.len(), "{losses:?}");
    assert!(folder.join("weights/weights.safetensors").exists());
}

#[test]
fn figures_train_what_is_missing_and_nothing_twice() {
    let chapter = ch07();
    let figures = ["figures", "--preset", "smoke"];
    chapter.succeed(&figures);
    let ids = ["07_01", "07_02", "07_03", "07_04", "07_05", "07_06"];
    let gallery = gallery::assert_shows(chapter.out(), &gallery::files(ch07::CHAPTER.table, &ids));
    assert!(gallery.contains("synthetic preludes"), "{gallery}");
    assert!(gallery.contains("<audio") && gallery.contains(".mid"), "{gallery}");
    let numbers = read::json(&folder(&chapter, "compose", "cello").join("numbers.json"));
    assert!(numbers["lowest_training_loss"]["held_out_loss"][0].is_number(), "{numbers}");
    let again = chapter.succeed(&figures);
    assert!(!again.stdout.contains("epoch "), "trained twice: {}", again.stdout);
    chapter.run(&["07_02", "--resume", "--epochs", "1"]).assert_failure(1, &["2 epochs", "--epochs 1"]);
}
