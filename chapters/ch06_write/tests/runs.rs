//! Training runs that are stopped, killed and resumed, through the chapter's binary.

use common::training::RunFolder;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::time::Duration;
use tch::Tensor;
use testing::{Chapter, gallery, read};
use testing_tensors::assert_equal;

fn ch06() -> Chapter {
    Chapter::new(env!("CARGO_BIN_EXE_ch06"))
}

/// The last run.
fn folder(chapter: &Chapter, section: &str, data: &str) -> PathBuf {
    RunFolder::list(&chapter.path("run"), section, data).pop().unwrap().path
}

/// The net and its optimizer.
fn checkpoint(folder: &Path) -> BTreeMap<String, Tensor> {
    let tensors = common::keras::weights::read_file(&folder.join("weights/checkpoint.safetensors")).unwrap().0;
    for part in ["optimizer/", "embedding/embeddings"] {
        assert!(tensors.keys().any(|name| name.starts_with(part)), "a checkpoint without {part}");
    }
    tensors
}

#[test]
fn resumed_runs_equal_uninterrupted_ones_bit_for_bit() {
    for (id, section, data) in [("06_01", "text", "aesop"), ("06_02", "qa", "questions")] {
        let (whole, parts) = (ch06(), ch06());
        whole.succeed(&[id, "--preset", "smoke", "--epochs", "3"]);
        parts.succeed(&[id, "--preset", "smoke", "--epochs", "1"]);
        parts.succeed(&[id, "--resume", "--epochs", "3"]);
        let [whole, parts] = [&whole, &parts].map(|chapter| folder(chapter, section, data));
        assert_equal(&checkpoint(&parts), &checkpoint(&whole));
        if id == "06_01" {
            let [whole, parts] = [whole, parts].map(|folder| read::text(&folder.join("texts/epoch_0003.txt")));
            assert_eq!(whole, parts);
        }
    }
}

#[test]
fn killed_runs_resume_and_end_the_same() {
    let (whole, killed) = (ch06(), ch06());
    let smoke = ["06_02", "--preset", "smoke", "--epochs", "12"];
    whole.succeed(&smoke);
    let runs = || RunFolder::list(&killed.path("run"), "qa", "questions");
    let start =
        |args: &[&str]| -> Child { killed.command(args).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap() };
    // Moments spread over start-up, training and drawing, the same at each run of this test.
    let mut state = 11u32;
    for _ in 0..8 {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let mut child = start(if runs().is_empty() { &smoke } else { &["06_02", "--resume"] });
        std::thread::sleep(Duration::from_millis(u64::from(state >> 21)));
        child.kill().unwrap();
        child.wait().unwrap();
    }
    if runs().is_empty() {
        killed.succeed(&smoke);
    }
    killed.succeed(&["06_02", "--resume"]);
    assert_equal(&checkpoint(&runs()[0].path), &checkpoint(&folder(&whole, "qa", "questions")));
}

#[cfg(unix)]
#[test]
fn ctrl_c_saves_and_says_how_to_resume() {
    let (whole, stopped) = (ch06(), ch06());
    let smoke = ["06_01", "--preset", "smoke", "--epochs", "6"];
    testing::interrupt_at(&mut stopped.command(&smoke), "epoch").assert_failure(130, &["--resume"]);
    stopped.succeed(&["06_01", "--resume"]);
    whole.succeed(&smoke);
    let [whole, stopped] = [&whole, &stopped].map(|chapter| folder(chapter, "text", "aesop"));
    assert_equal(&checkpoint(&stopped), &checkpoint(&whole));
}

#[test]
fn figures_train_what_is_missing_and_nothing_twice() {
    let chapter = ch06();
    let figures = ["figures", "--preset", "smoke"];
    chapter.succeed(&figures);
    let ids = ["06_01", "06_02", "06_03", "06_04"];
    let gallery = gallery::assert_shows(chapter.out(), &gallery::files(ch06::CHAPTER.table, &ids));
    assert!(gallery.contains("synthetic fables, not Aesop's") || gallery.contains("synthetic fables, not Aesop&#39;s"));
    assert!(gallery.contains("synthetic reports, not SQuAD"));
    let numbers = read::json(&folder(&chapter, "qa", "questions").join("numbers.json"));
    assert!(numbers["held_out"]["f1"].is_number() && numbers["trained_on"]["bleu4_greedy"].is_number(), "{numbers}");
    let again = chapter.succeed(&figures);
    assert!(!again.stdout.contains("epoch "), "trained twice: {}", again.stdout);
    // The trainings of 06_04 lie inside its run.
    chapter.run(&["06_04", "--resume", "--epochs", "1"]).assert_failure(1, &["2 epochs", "--epochs 1"]);

    // A document of the reader's own.
    let document = chapter.path("my document.txt");
    std::fs::write(&document, "The mill on the hill was sold for 900 pounds.").unwrap();
    let said = chapter.succeed(&["06_03", "--document", document.to_str().unwrap()]);
    said.assert_prints(&["figure: "]);
    std::fs::write(&document, " \n").unwrap();
    chapter.run(&["06_03", "--document", document.to_str().unwrap()]).assert_failure(1, &["my document.txt"]);
}

#[test]
fn a_net_learns_few_fables_by_heart() {
    use ch06::models::{NetConfig, Text, TextModel};
    use common::keras::{Optimizer, RmsProp};
    let text = Text::new("the fox saw the grapes and the crow saw the fox and the crow ate the grapes", 4).unwrap();
    let windows = text.windows(tch::Device::Cpu);
    tch::manual_seed(1);
    let config = NetConfig { embedding_size: 16, n_units: 32, ..NetConfig::book() };
    let model = TextModel::new(&config, text.tokenizer.total_words(), tch::Device::Cpu).unwrap();
    let mut optimizer = Optimizer::for_variables(&model.variables, RmsProp::new(5e-3));
    let (x, y) = windows.range(0, windows.len());
    for _ in 0..200 {
        let _ = model.train_step(&x, &y, &mut optimizer);
    }
    let loss = model.evaluate(&windows);
    assert!(loss < 0.05, "cross-entropy {loss}");
}
