//! 08_02 to 08_06 through the chapter's binary: one after the other, stopped and resumed, and with wrong settings.

use common::training::RunFolder;
use std::collections::BTreeMap;
use std::path::PathBuf;
use tch::Tensor;
use testing::{Chapter, gallery, read};
use testing_tensors::assert_equal;

fn ch08() -> Chapter {
    Chapter::new(env!("CARGO_BIN_EXE_ch08"))
}

/// The last run of a section.
fn folder(chapter: &Chapter, section: &str) -> PathBuf {
    RunFolder::list(&chapter.path("run"), section, "car_racing").pop().unwrap().path
}

fn checkpoint(chapter: &Chapter, section: &str) -> BTreeMap<String, Tensor> {
    common::keras::weights::read_file(&folder(chapter, section).join("weights/checkpoint.safetensors")).unwrap().0
}

#[test]
fn figures_go_through_all_sections_and_train_nothing_twice() {
    let chapter = ch08();
    let figures = ["figures", "--preset", "smoke"];
    chapter.succeed(&figures);
    let ids: Vec<&str> = ch08::CHAPTER.experiments.iter().map(|(id, _)| *id).collect();
    let gallery = gallery::assert_shows(chapter.out(), &gallery::files(ch08::CHAPTER.table, &ids));
    for film in ["08_01_frames", "08_04_next_frames", "08_05_drive", "08_06_film"] {
        assert!(gallery.contains(&format!("ch08/{film}.gif")), "{film}");
    }
    let evaluated = read::json(&folder(&chapter, "controller").join("scores.json"));
    let generations: Vec<_> = evaluated.as_array().unwrap().iter().map(|one| one["generations"].as_u64()).collect();
    assert_eq!(generations, [Some(1), Some(2)]);
    assert_eq!(evaluated[1]["scores"].as_array().unwrap().len(), 2);
    for file in ["scores.json", "dream_scores.json", "temperature_1.3/scores.json"] {
        assert_eq!(read::json(&folder(&chapter, "dream").join(file)).as_array().unwrap().len(), 2, "{file}");
    }
    let again = chapter.succeed(&figures);
    for word in ["epoch  ", "generation  ", "iteration  "] {
        assert!(!again.stdout.contains(word), "trained twice: {}", again.stdout);
    }
    // One section alone runs those before it.
    let other = ch08();
    other.succeed(&["figures", "08_03", "--preset", "smoke"]);
    assert!(other.path("run/series").exists() && !other.path("run/mdn_rnn").exists());

    let watched = chapter.succeed(&["08_05", "--watch", "--preset", "smoke", "--seed", "7"]);
    watched.assert_prints(&["score", "08_05_drive.gif"]);
    // Another V: nothing after it fits any more, and it is said what to run.
    chapter.succeed(&["08_02", "--preset", "smoke", "--seed", "7"]);
    chapter.run(&["08_04", "--preset", "smoke"]).assert_failure(1, &["the encoded episodes", "cargo book 08_03"]);
    chapter.succeed(&["08_03", "--preset", "smoke"]);
    chapter.run(&["08_06", "--preset", "smoke"]).assert_failure(1, &["the weights of M in ", "cargo book 08_04"]);
    chapter.succeed(&["08_04", "--preset", "smoke"]);
    let watch = ["08_05", "--watch", "--preset", "smoke"];
    chapter.run(&watch).assert_failure(1, &["the weights of the controller in ", "cargo book 08_05"]);
}

#[test]
fn resumed_runs_equal_uninterrupted_ones_bit_for_bit() {
    let (whole, parts) = (ch08(), ch08());
    for chapter in [&whole, &parts] {
        chapter.succeed(&["08_01", "--preset", "smoke"]);
    }
    for (id, section) in [("08_02", "vae"), ("08_04", "mdn_rnn"), ("08_05", "controller"), ("08_06", "dream")] {
        if id == "08_04" {
            whole.succeed(&["08_03", "--preset", "smoke"]);
            parts.succeed(&["08_03", "--preset", "smoke"]);
        }
        whole.succeed(&[id, "--preset", "smoke", "--epochs", "3"]);
        parts.succeed(&[id, "--preset", "smoke", "--epochs", "1"]);
        // Without a preset, resuming keeps that of the run.
        parts.succeed(&[id, "--resume", "--epochs", "3"]);
        assert_equal(&checkpoint(&parts, section), &checkpoint(&whole, section));
    }
    let [whole, parts] = [&whole, &parts].map(|chapter| folder(chapter, "dream").join("scores.json"));
    assert_eq!(read::json(&whole), read::json(&parts));
}

#[cfg(unix)]
#[test]
fn ctrl_c_in_an_evolution_saves_and_says_how_to_resume() {
    let (whole, stopped) = (ch08(), ch08());
    let smoke = ["08_05", "--preset", "smoke", "--epochs", "6"];
    for chapter in [&whole, &stopped] {
        chapter.succeed(&["figures", "08_04", "--preset", "smoke"]);
    }
    testing::interrupt_at(&mut stopped.command(&smoke), "generation").assert_failure(130, &["--resume"]);
    stopped.succeed(&["08_05", "--resume"]);
    whole.succeed(&smoke);
    assert_equal(&checkpoint(&stopped, "controller"), &checkpoint(&whole, "controller"));
}

#[test]
fn sections_without_those_before_them_and_wrong_settings_are_errors() {
    let chapter = ch08();
    for (id, missing) in
        [("08_02", "08_01"), ("08_03", "08_01"), ("08_04", "08_03"), ("08_05", "08_02"), ("08_06", "08_02")]
    {
        let told = format!("cargo book {missing} --preset smoke");
        chapter.run(&[id, "--preset", "smoke"]).assert_failure(1, &["no finished run", &told]);
    }
    chapter.succeed(&["figures", "08_04", "--preset", "smoke"]);
    for (id, setting, words) in [
        ("08_02", "vae.z_dim=0", "z_dim must lie between"),
        ("08_02", "episodes_in_memory=0", "episodes_in_memory must lie between 1 and 1000"),
        ("08_02", "batch_size=4096", "batch_size is larger than the 80 frames in memory"),
        ("08_04", "rnn.units=0", "rnn.units"),
        ("08_04", "rnn.action_dim=2", "rnn.action_dim must be 3"),
        ("08_04", "rnn.z_dim=8", "V has 32 latent dimensions: add --set rnn.z_dim=32"),
        ("08_04", "validation_split=1", "validation_split must lie between 0 and 0.9"),
        ("08_05", "evolve.population=3", "evolve.population must lie between 4 and 4096"),
        ("08_05", "evolve.sigma=0", "evolve.sigma must be above 0"),
        ("08_05", "evolve.first_steps=0", "evolve.first_steps must be above 0"),
        ("08_05", "keep_every=0", "keep_every"),
        ("08_06", "evolve.hopeless_after=60", "evolve.hopeless_after must be null"),
        ("08_06", "dropout=1", "dropout must lie between 0 and 0.95"),
        ("08_06", "temperatures=[]", "temperatures: give 1 to 8"),
        ("08_06", "temperatures=[0]", "temperatures must lie between 0.01 and 10, not 0"),
    ] {
        chapter.run(&[id, "--preset", "smoke", "--set", setting]).assert_failure(1, &[words]);
    }
    assert!(!chapter.path("run/controller").exists(), "a refused run leaves a folder");
    chapter.run(&["08_05", "--watch", "--preset", "smoke"]).assert_failure(1, &["no finished run of 08_05"]);
    chapter.run(&["08_06", "--watch"]).assert_failure(2, &["--watch"]);
    chapter.run(&["08_05", "--watch", "--set", "epochs=3"]).assert_failure(2, &["--set"]);
}
