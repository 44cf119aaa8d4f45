//! Training runs that are stopped and resumed, and all figures, through the chapter's binary.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, Output};
use tch::Tensor;

/// The binary on synthetic data; one thread, so that tests side by side do not wait for each other's.
fn run(out: &Path, args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ch02"));
    command.args(args).args(["--data", "synthetic", "--threads", "1", "--device", "cpu", "--out"]).arg(out);
    command.output().unwrap()
}

fn assert_success(output: &Output) {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

fn file(out: &Path, section: &str, name: &str) -> std::path::PathBuf {
    out.join("run").join(section).join("0001_cifar10").join(name)
}

fn weights(out: &Path, section: &str) -> BTreeMap<String, Tensor> {
    common::keras::weights::read_file(&file(out, section, "weights/checkpoint.safetensors")).unwrap().0
}

/// The history without the seconds.
fn history(out: &Path, section: &str) -> Vec<Vec<String>> {
    let text = std::fs::read_to_string(file(out, section, "history.csv")).unwrap();
    let row = |line: &str| line.split(',').enumerate().filter(|(i, _)| *i != 1).map(|(_, v)| v.to_string()).collect();
    text.lines().map(row).collect()
}

#[test]
fn resumed_runs_equal_uninterrupted_ones_bit_for_bit() {
    for (id, section) in [("02_01", "mlp"), ("02_03", "cnn")] {
        let (whole, parts) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        assert_success(&run(whole.path(), &[id, "--preset", "smoke"]));
        assert_success(&run(parts.path(), &[id, "--preset", "smoke", "--epochs", "1"]));
        assert_success(&run(parts.path(), &[id, "--resume", "--epochs", "2"]));
        assert_success(&run(parts.path(), &[id, "--resume", "--epochs", "3"]));
        let (one, other) = (weights(whole.path(), section), weights(parts.path(), section));
        assert_eq!(one.keys().collect::<Vec<_>>(), other.keys().collect::<Vec<_>>());
        assert!(one.iter().all(|(name, tensor)| *tensor == other[name]), "{id}");
        assert_eq!(history(whole.path(), section), history(parts.path(), section));
    }
}

#[test]
fn validation_stands_beside_training_in_the_history() {
    let out = tempfile::tempdir().unwrap();
    let output = run(out.path(), &["02_03", "--preset", "smoke"]);
    assert_success(&output);
    let rows = history(out.path(), "cnn");
    assert_eq!(rows[0], ["epoch", "loss", "accuracy", "val_loss", "val_accuracy"]);
    assert_eq!(rows.len(), 4);
    // The last validation is the evaluation of the finished model.
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let last: Vec<f64> = rows[3][3..].iter().map(|value| value.parse().unwrap()).collect();
    let evaluation = format!("test set: loss {:.4}, accuracy {:.4}", last[0], last[1]);
    assert!(said.contains(&evaluation), "no '{evaluation}' in: {said}");
}

#[test]
fn figures_train_what_is_missing_and_nothing_twice() {
    let out = tempfile::tempdir().unwrap();
    assert_success(&run(out.path(), &["figures", "--preset", "smoke"]));
    let gallery = std::fs::read_to_string(out.path().join("figures/index.html")).unwrap();
    for image in [
        "02_01_activation_functions",
        "02_01_data",
        "02_01_training",
        "02_01_confusion",
        "02_01_predictions",
        "02_02_edges",
        "02_02_arithmetic",
        "02_02_padding",
        "02_03_training",
        "02_03_confusion",
        "02_03_predictions",
        "02_03_batch_norm",
        "02_03_batch_norm_channels",
        "02_03_dropout",
    ] {
        let file = format!("ch02/{image}.png");
        assert!(gallery.contains(&file), "{file} is missing from the gallery");
        let (width, height) = image::image_dimensions(out.path().join("figures").join(&file)).unwrap();
        assert!(width > 500 && height > 200, "{file}: {width} x {height}");
    }
    assert!(gallery.contains("synthetic shapes and textures, not CIFAR-10"));
    assert!(gallery.contains("a synthetic cup of coffee"));
    let again = run(out.path(), &["figures", "--preset", "smoke"]);
    assert_success(&again);
    assert!(!String::from_utf8_lossy(&again.stdout).contains("epoch "), "trained twice");
    assert!(!out.path().join("run/cnn/0002_cifar10").exists());
}
