//! Training runs that are stopped and resumed, and all figures, through the chapter's binary.

use std::collections::BTreeMap;
use std::path::PathBuf;
use tch::Tensor;
use testing::{Chapter, gallery, read};
use testing_tensors::assert_equal;

fn ch02() -> Chapter {
    Chapter::new(env!("CARGO_BIN_EXE_ch02"))
}

fn file(chapter: &Chapter, section: &str, name: &str) -> PathBuf {
    chapter.path("run").join(section).join("0001_cifar10").join(name)
}

fn weights(chapter: &Chapter, section: &str) -> BTreeMap<String, Tensor> {
    common::keras::weights::read_file(&file(chapter, section, "weights/checkpoint.safetensors")).unwrap().0
}

/// The history without the seconds.
fn history(chapter: &Chapter, section: &str) -> Vec<Vec<String>> {
    let mut rows = read::csv(&file(chapter, section, "history.csv"));
    for row in &mut rows {
        row.remove(1);
    }
    rows
}

#[test]
fn resumed_runs_equal_uninterrupted_ones_bit_for_bit() {
    for (id, section) in [("02_01", "mlp"), ("02_03", "cnn")] {
        let (whole, parts) = (ch02(), ch02());
        whole.succeed(&[id, "--preset", "smoke"]);
        parts.succeed(&[id, "--preset", "smoke", "--epochs", "1"]);
        parts.succeed(&[id, "--resume", "--epochs", "2"]);
        parts.succeed(&[id, "--resume", "--epochs", "3"]);
        assert_equal(&weights(&parts, section), &weights(&whole, section));
        assert_eq!(history(&whole, section), history(&parts, section));
    }
}

#[test]
fn validation_stands_beside_training_in_the_history() {
    let chapter = ch02();
    let finished = chapter.succeed(&["02_03", "--preset", "smoke"]);
    let rows = history(&chapter, "cnn");
    assert_eq!(rows[0], ["epoch", "loss", "accuracy", "val_loss", "val_accuracy"]);
    assert_eq!(rows.len(), 4);
    // The last validation is the evaluation of the finished model.
    let last: Vec<f64> = rows[3][3..].iter().map(|value| value.parse().unwrap()).collect();
    finished.assert_prints(&[&format!("test set: loss {:.4}, accuracy {:.4}", last[0], last[1])]);
}

#[test]
fn figures_train_what_is_missing_and_nothing_twice() {
    let chapter = ch02();
    chapter.succeed(&["figures", "--preset", "smoke"]);
    let gallery = gallery::assert_shows(chapter.out(), &gallery::files(ch02::CHAPTER.table, &[]));
    assert!(gallery.contains("synthetic shapes and textures, not CIFAR-10"));
    assert!(gallery.contains("a synthetic cup of coffee"));
    let again = chapter.succeed(&["figures", "--preset", "smoke"]);
    assert!(!again.stdout.contains("epoch "), "trained twice");
    assert!(!chapter.path("run/cnn/0002_cifar10").exists());
}
