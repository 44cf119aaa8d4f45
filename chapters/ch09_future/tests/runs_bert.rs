//! Runs of 09_03 through the chapter's binary: stopped and resumed, and with published weights.

use common::training::RunFolder;
use std::collections::BTreeMap;
use std::path::PathBuf;
use tch::Tensor;
use testing::{Chapter, read};
use testing_tensors::assert_equal;

fn ch09() -> Chapter {
    Chapter::new(env!("CARGO_BIN_EXE_ch09"))
}

/// The last run.
fn folder(chapter: &Chapter, data: &str) -> PathBuf {
    RunFolder::list(&chapter.path("run"), "bert", data).pop().unwrap().path
}

fn checkpoint(chapter: &Chapter) -> BTreeMap<String, Tensor> {
    let file = folder(chapter, "text").join("weights/checkpoint.safetensors");
    common::keras::weights::read_file(&file).unwrap().0
}

#[test]
fn resumed_runs_equal_uninterrupted_ones_bit_for_bit() {
    let (whole, parts) = (ch09(), ch09());
    whole.succeed(&["09_03", "--preset", "smoke", "--epochs", "3"]);
    parts.succeed(&["09_03", "--preset", "smoke", "--epochs", "1"]);
    let said = parts.succeed(&["09_03", "--resume", "--epochs", "3"]);
    assert_equal(&checkpoint(&parts), &checkpoint(&whole));
    // Without the published net, sentences are embedded with the one that was trained.
    said.assert_prints(&["trained here", "most frequent"]);
    let [whole, parts] = [whole, parts].map(|chapter| {
        let folder = folder(&chapter, "text");
        (read::text(&folder.join("tokenizer.json")), read::json(&folder.join("numbers.json")))
    });
    assert_eq!(whole, parts);
    assert!(whole.1["net"]["accuracy"].is_number() && whole.1["most_frequent"]["perplexity"].is_number());
}

#[test]
fn figures_train_what_is_missing_and_nothing_twice() {
    let chapter = ch09();
    let figures = ["figures", "09_03", "--preset", "smoke"];
    chapter.succeed(&figures);
    testing::gallery::assert_shows(chapter.out(), &testing::gallery::files(ch09::CHAPTER.table, &["09_03"]));
    let again = chapter.succeed(&figures);
    assert!(!again.stdout.contains("epoch "), "trained twice: {}", again.stdout);
}
