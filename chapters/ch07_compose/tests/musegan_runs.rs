//! 07_04 and 07_05 through the chapter's binary: runs that are stopped and resumed, figures, wrong settings.

use common::training::RunFolder;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use tch::Tensor;
use testing::{Chapter, gallery, read};
use testing_tensors::assert_equal;

fn ch07() -> Chapter {
    Chapter::new(env!("CARGO_BIN_EXE_ch07"))
}

/// The last run.
fn folder(chapter: &Chapter) -> PathBuf {
    RunFolder::list(&chapter.path("run"), "musegan", "chorales").pop().unwrap().path
}

/// Both nets and both optimizers.
fn checkpoint(folder: &Path) -> BTreeMap<String, Tensor> {
    let tensors = common::keras::weights::read_file(&folder.join("weights/checkpoint.safetensors")).unwrap().0;
    for part in ["optimizer/critic/", "optimizer/generator/", "critic/conv_0/kernel", "bar_generator_3/dense/kernel"] {
        assert!(tensors.keys().any(|name| name.contains(part)), "a checkpoint without {part}");
    }
    tensors
}

#[test]
fn resumed_runs_equal_uninterrupted_ones_bit_for_bit() {
    let (whole, parts) = (ch07(), ch07());
    whole.succeed(&["07_04", "--preset", "smoke", "--epochs", "3"]);
    parts.succeed(&["07_04", "--preset", "smoke", "--epochs", "1"]);
    parts.succeed(&["07_04", "--resume", "--epochs", "3"]);
    let [whole, parts] = [&whole, &parts].map(folder);
    assert_equal(&checkpoint(&parts), &checkpoint(&whole));
    // Samples, too, are made of the same noise.
    for number in 0..5 {
        let sample = format!("samples/sample_00003_{number}.mid");
        assert_eq!(
            std::fs::read(whole.join(&sample)).unwrap(),
            std::fs::read(parts.join(&sample)).unwrap(),
            "{sample}"
        );
    }
}

#[cfg(unix)]
#[test]
fn ctrl_c_saves_and_says_how_to_resume() {
    let (whole, stopped) = (ch07(), ch07());
    let smoke = ["07_04", "--preset", "smoke", "--epochs", "30"];
    testing::interrupt_at(&mut stopped.command(&smoke), "iteration").assert_failure(130, &["--resume"]);
    stopped.succeed(&["07_04", "--resume"]);
    whole.succeed(&smoke);
    assert_equal(&checkpoint(&folder(&stopped)), &checkpoint(&folder(&whole)));
}

#[test]
fn figures_train_what_is_missing_and_nothing_twice() {
    let chapter = ch07();
    let ids = ["07_04", "07_05"];
    let figures = [&["figures"], &ids[..], &["--preset", "smoke"]].concat();
    chapter.succeed(&figures);
    let gallery = gallery::assert_shows(chapter.out(), &gallery::files(ch07::CHAPTER.table, &ids));
    assert!(gallery.contains("2 iterations"), "an epoch of one batch is called an iteration");
    assert!(gallery.contains("synthetic chorales, not Bach"));
    let numbers = read::json(&folder(&chapter).join("numbers.json"));
    for name in ["generated", "trained_on", "held_out", "random_notes"] {
        let share = numbers[name]["in_key"].as_f64().unwrap();
        assert!((0.0..=1.0).contains(&share), "{name}: {share}");
    }
    // The synthetic chorales keep to a key, and their notes in another order do not.
    assert!(numbers["trained_on"]["in_key"].as_f64() > numbers["random_notes"]["in_key"].as_f64());
    let again = chapter.succeed(&figures);
    assert!(!again.stdout.contains("iteration "), "trained twice");
}

#[test]
fn analysis_without_a_run_and_wrong_settings_are_errors() {
    let chapter = ch07();
    chapter.run(&["07_05"]).assert_failure(1, &["no matching trained run", "cargo book 07_04"]);
    for (setting, words) in [
        ("net.n_bars=1", "net.n_bars must lie between 2 and 64"),
        ("net.n_pitches=90", "net.n_pitches must be a multiple of 12"),
        ("n_critic=0", "n_critic"),
        ("grad_weight=-1", "grad_weight"),
        ("generator_learning_rate=0", "generator_learning_rate must be above 0"),
        ("batch_size=1", "batch_size must lie between 2 and 4096"),
        // The music has higher pitches, and pieces are shorter.
        ("net.n_pitches=60", "n_pitches must be above that"),
        ("net.n_bars=60", "no piece is longer than 60 bars"),
    ] {
        chapter.run(&["07_04", "--preset", "smoke", "--set", setting]).assert_failure(1, &[words]);
    }
    assert!(RunFolder::list(&chapter.path("run"), "musegan", "chorales").is_empty(), "a refused run leaves a folder");
}
