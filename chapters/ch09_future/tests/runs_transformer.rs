//! Runs of 09_01 and 09_02 through the chapter's binary.

use common::keras::weights;
use common::training::RunFolder;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use tch::Tensor;
use testing::{Chapter, gallery, read};
use testing_tensors::assert_equal;

fn ch09() -> Chapter {
    Chapter::new(env!("CARGO_BIN_EXE_ch09"))
}

/// The last run.
fn folder(chapter: &Chapter) -> PathBuf {
    RunFolder::list(&chapter.path("run"), "gpt", "text").pop().unwrap().path
}

fn checkpoint(folder: &Path) -> BTreeMap<String, Tensor> {
    weights::read_file(&folder.join("weights/checkpoint.safetensors")).unwrap().0
}

#[test]
fn a_resumed_run_equals_an_uninterrupted_one_bit_for_bit() {
    let (whole, parts) = (ch09(), ch09());
    whole.succeed(&["09_02", "--preset", "smoke", "--epochs", "3"]);
    parts.succeed(&["09_02", "--preset", "smoke", "--epochs", "1"]);
    parts.succeed(&["09_02", "--resume", "--epochs", "3"]);
    let [whole, parts] = [&whole, &parts].map(folder);
    for net in ["", "translator/grammar"] {
        assert_equal(&checkpoint(&parts.join(net)), &checkpoint(&whole.join(net)));
    }
    for file in ["tokenizer.json", "texts/epoch_0003.txt"] {
        assert_eq!(read::text(&parts.join(file)), read::text(&whole.join(file)), "{file}");
    }
}

#[test]
fn figures_train_what_is_missing_and_nothing_twice() {
    let chapter = ch09();
    let figures = ["figures", "09_01", "09_02", "--preset", "smoke"];
    chapter.succeed(&figures).assert_prints(&["held-out sentences are translated without a mistake"]);
    let files = gallery::files(ch09::CHAPTER.table, &["09_01", "09_02"]);
    gallery::assert_shows(chapter.out(), &files);
    let again = chapter.succeed(&figures);
    assert!(!again.stdout.contains("epoch "), "trained twice: {}", again.stdout);
}

#[test]
fn the_readers_own_text_is_learned_and_its_run_resumed() {
    let texts = tempfile::tempdir().unwrap();
    let file = texts.path().join("own text.txt");
    let stories: Vec<String> =
        (0..20).map(|i| format!("STORY {i}\n\n\nThe bear {i} ate {i} pears and slept.")).collect();
    std::fs::write(&file, stories.join("\n\n\n\n\n")).unwrap();
    let chapter = ch09();
    let own = format!("text={}", file.display());
    chapter.succeed(&["09_02", "--preset", "smoke", "--epochs", "1", "--set", &own, "--set", "prompt=The bear"]);
    chapter.succeed(&["09_02", "--resume", "--epochs", "2"]);
    assert!(read::text(&folder(&chapter).join("texts/epoch_0002.txt")).starts_with("The bear"));
    assert!(read::text(&folder(&chapter).join("params.json")).contains("own text.txt"));
    std::fs::write(&file, "One story.").unwrap();
    let few = chapter.run(&["09_02", "--preset", "smoke", "--set", &own]);
    few.assert_failure(1, &["own text.txt", "has 1 stories", "four empty lines"]);
}

#[test]
fn wrong_settings_exit_with_1() {
    let chapter = ch09();
    for (id, setting, words) in [
        ("09_01", "positions=1", &["positions must lie between 2 and 4096"][..]),
        ("09_02", "net.n_head=3", &["n_embd must be a multiple of n_head"]),
        ("09_02", "net.vocab_size=256", &["net.vocab_size must be at least 257"]),
        ("09_02", "net.dropout=1", &["dropout must be at least 0 and below 1"]),
        ("09_02", "sampling.top_p=0", &["sampling.top_p must lie above 0"]),
        ("09_02", "attention=flash", &["attention", "written", "fused"]),
        ("09_02", "passage_tokens=0", &["passage_tokens"]),
        ("09_02", "translation.epochs=0", &["translation.epochs"]),
        ("09_02", "translation.net.heads=5", &["translation.net"]),
        ("09_02", "text=/no/such/text", &["/no/such/text"]),
        ("09_02", "gpt2=/no/such/folder", &["/no/such/folder/model.safetensors"]),
        ("09_02", "gpt2=tests/fixtures/gpt2", &["has 61 tokens, and GPT-2 50257"]),
    ] {
        chapter.run(&[id, "--preset", "smoke", "--set", setting]).assert_failure(1, words);
    }
    chapter.assert_nothing_made();
    chapter.run(&["09_02", "--resume"]).assert_failure(1, &["no run to resume"]);
    chapter.run(&["09_01", "--epochs", "2"]).assert_failure(1, &["no epochs", "positions, features"]);
}
