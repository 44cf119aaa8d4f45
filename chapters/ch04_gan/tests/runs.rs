//! Training runs that are stopped, killed and resumed, through the chapter's binary.

use common::training::RunFolder;
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;
use tch::Tensor;

/// The experiments: id, section of the run folder, name of the data. In the synthetic data, class 7 is no horse.
const EXPERIMENTS: [(&str, &str, &str); 3] =
    [("04_01", "gan", "camel"), ("04_02", "wgan", "stripes"), ("04_03", "wgangp", "faces")];

/// The binary on synthetic data; one thread, so that tests side by side do not wait for each other's.
fn ch04(out: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ch04"));
    command.args(args).args(["--data", "synthetic", "--threads", "1", "--device", "cpu", "--out"]).arg(out);
    command
}

fn run(out: &Path, args: &[&str]) -> Output {
    ch04(out, args).output().unwrap()
}

fn assert_success(output: &Output) {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

fn folder(out: &Path, section: &str, data: &str) -> PathBuf {
    RunFolder::list(&out.join("run"), section, data).pop().unwrap().path
}

/// Both nets and both optimizers.
fn checkpoint(folder: &Path) -> BTreeMap<String, Tensor> {
    common::keras::weights::read_file(&folder.join("weights/checkpoint.safetensors")).unwrap().0
}

fn assert_same(a: &BTreeMap<String, Tensor>, b: &BTreeMap<String, Tensor>) {
    assert_eq!(a.keys().collect::<Vec<_>>(), b.keys().collect::<Vec<_>>());
    for part in ["optimizer/critic/", "optimizer/generator/", "generator_dense/kernel"] {
        assert!(a.keys().any(|name| name.starts_with(part)), "a checkpoint without {part}");
    }
    for (name, tensor) in a {
        assert_eq!(tensor, &b[name], "{name} differs");
    }
}

#[test]
fn resumed_runs_equal_uninterrupted_ones_bit_for_bit() {
    for (id, section, data) in EXPERIMENTS {
        let (whole, parts) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        assert_success(&run(whole.path(), &[id, "--preset", "smoke", "--epochs", "3"]));
        assert_success(&run(parts.path(), &[id, "--preset", "smoke", "--epochs", "1"]));
        assert_success(&run(parts.path(), &[id, "--resume", "--epochs", "3"]));
        let (whole, parts) = (folder(whole.path(), section, data), folder(parts.path(), section, data));
        assert_same(&checkpoint(&whole), &checkpoint(&parts));
        // The samples of the last iteration, too, come from the same points.
        let sample = "images/sample_00003.png";
        assert_eq!(std::fs::read(whole.join(sample)).unwrap(), std::fs::read(parts.join(sample)).unwrap(), "{id}");
    }
}

#[test]
fn killed_runs_resume_and_end_the_same() {
    let (whole, killed) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let smoke = ["04_01", "--preset", "smoke", "--epochs", "12", "--set", "batch_size=2"];
    assert_success(&run(whole.path(), &smoke));
    let runs = || RunFolder::list(&killed.path().join("run"), "gan", "camel");
    let start = |args: &[&str]| -> Child {
        ch04(killed.path(), args).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
    };
    // Moments spread over start-up, training and drawing, the same at each run of this test.
    let mut state = 11u32;
    for _ in 0..8 {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let mut child = start(if runs().is_empty() { &smoke } else { &["04_01", "--resume"] });
        std::thread::sleep(Duration::from_millis(u64::from(state >> 21)));
        child.kill().unwrap();
        child.wait().unwrap();
    }
    if runs().is_empty() {
        assert_success(&run(killed.path(), &smoke));
    }
    assert_success(&run(killed.path(), &["04_01", "--resume"]));
    assert_same(&checkpoint(&folder(whole.path(), "gan", "camel")), &checkpoint(&runs()[0].path));
}

#[cfg(unix)]
#[test]
fn ctrl_c_saves_and_says_how_to_go_on() {
    let (whole, stopped) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let smoke = ["04_03", "--preset", "smoke", "--epochs", "6", "--set", "batch_size=2"];
    let mut child = ch04(stopped.path(), &smoke).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // The first line about an iteration says that training is under way.
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    assert!(lines.any(|line| line.unwrap().starts_with("iteration")));
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
    lines.for_each(drop);
    let output = child.wait_with_output().unwrap();
    let message = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(130), "{message}");
    assert!(message.contains("--resume"), "{message}");

    assert_success(&run(stopped.path(), &["04_03", "--resume"]));
    assert_success(&run(whole.path(), &smoke));
    let [whole, stopped] = [&whole, &stopped].map(|out| folder(out.path(), "wgangp", "faces"));
    assert_same(&checkpoint(&whole), &checkpoint(&stopped));
}

#[test]
fn a_loss_that_is_no_number_stops_the_run_and_keeps_the_last_good_checkpoint() {
    let out = tempfile::tempdir().unwrap();
    let smoke = ["04_03", "--preset", "smoke", "--epochs", "1"];
    assert_success(&run(out.path(), &smoke));
    let folder = folder(out.path(), "wgangp", "faces");
    let before = checkpoint(&folder);
    // A step so large that the penalty's squares overflow.
    let params = folder.join("params.json");
    let text = std::fs::read_to_string(&params).unwrap();
    std::fs::write(&params, text.replace("\"learning_rate\": 0.0002", "\"learning_rate\": 1e30")).unwrap();
    let output = run(out.path(), &["04_03", "--resume", "--epochs", "9"]);
    let message = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{message}");
    for words in ["training cannot go on", "the last good checkpoint is kept", "smaller learning rate"] {
        assert!(message.contains(words), "{message}");
    }
    for (name, tensor) in checkpoint(&folder) {
        assert!(tensor.to_kind(tch::Kind::Float).isfinite().all().int64_value(&[]) == 1, "{name}");
        assert!(before.contains_key(&name));
    }
}

#[test]
fn figures_train_what_is_missing_and_nothing_twice() {
    let out = tempfile::tempdir().unwrap();
    let figures = ["figures", "04_01", "04_02", "04_03", "--preset", "smoke"];
    assert_success(&run(out.path(), &figures));
    let gallery = std::fs::read_to_string(out.path().join("figures/index.html")).unwrap();
    for (id, _, _) in EXPERIMENTS {
        let accuracy = (id == "04_01").then_some("accuracy");
        for what in ["loss", "samples", "strip", "interpolation", "nearest"].into_iter().chain(accuracy) {
            let file = format!("ch04/{id}_{what}.png");
            assert!(gallery.contains(&file), "{file} is missing from the gallery");
            let image = common::images::load(&out.path().join("figures").join(&file)).unwrap();
            let (height, width, _) = image.dim();
            assert!(width > 500 && height > 200, "{file}: {width} x {height}");
        }
    }
    assert!(gallery.contains("2 iterations"), "an epoch of one batch is called an iteration");
    assert!(gallery.contains("synthetic avatars, not CelebA"));
    let quality = folder(out.path(), "gan", "camel").join("quality.json");
    assert!(std::fs::read_to_string(quality).unwrap().contains("frechet_distance"));
    let again = run(out.path(), &figures);
    assert_success(&again);
    assert!(!String::from_utf8_lossy(&again.stdout).contains("iteration "), "trained twice");
}
