//! Training runs that are stopped, killed and resumed, through the chapter's binary.

use common::training::RunFolder;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::time::Duration;
use tch::Tensor;
use testing::{Chapter, gallery, read};
use testing_tensors::assert_equal;

/// The experiments: id, section of the run folder, name of the data. In the synthetic data, class 7 is no horse.
const EXPERIMENTS: [(&str, &str, &str); 3] =
    [("04_01", "gan", "camel"), ("04_02", "wgan", "stripes"), ("04_03", "wgangp", "faces")];

fn ch04() -> Chapter {
    Chapter::new(env!("CARGO_BIN_EXE_ch04"))
}

/// The last run.
fn folder(chapter: &Chapter, section: &str, data: &str) -> PathBuf {
    RunFolder::list(&chapter.path("run"), section, data).pop().unwrap().path
}

/// Both nets and both optimizers.
fn checkpoint(folder: &Path) -> BTreeMap<String, Tensor> {
    let tensors = common::keras::weights::read_file(&folder.join("weights/checkpoint.safetensors")).unwrap().0;
    for part in ["optimizer/critic/", "optimizer/generator/", "generator_dense/kernel"] {
        assert!(tensors.keys().any(|name| name.starts_with(part)), "a checkpoint without {part}");
    }
    tensors
}

#[test]
fn resumed_runs_equal_uninterrupted_ones_bit_for_bit() {
    for (id, section, data) in EXPERIMENTS {
        let (whole, parts) = (ch04(), ch04());
        whole.succeed(&[id, "--preset", "smoke", "--epochs", "3"]);
        parts.succeed(&[id, "--preset", "smoke", "--epochs", "1"]);
        parts.succeed(&[id, "--resume", "--epochs", "3"]);
        let [whole, parts] = [&whole, &parts].map(|chapter| folder(chapter, section, data));
        assert_equal(&checkpoint(&parts), &checkpoint(&whole));
        // The samples of the last iteration, too, come from the same points.
        let sample = "images/sample_00003.png";
        assert_eq!(std::fs::read(whole.join(sample)).unwrap(), std::fs::read(parts.join(sample)).unwrap(), "{id}");
    }
}

#[test]
fn the_category_that_was_begun_last_is_resumed() {
    let chapter = ch04();
    let smoke = ["04_01", "--preset", "smoke", "--epochs", "1"];
    chapter.succeed(&[&smoke[..], &["--set", "category=cat"]].concat());
    chapter.succeed(&["04_04", "--preset", "smoke"]); // lies in the same section
    chapter.succeed(&["04_01", "--resume", "--epochs", "2"]);
    assert!(folder(&chapter, "gan", "cat").join("images/sample_00002.png").exists());
    chapter.succeed(&["04_02", "--preset", "smoke", "--epochs", "1", "--set", "class=1"]);
    let run = RunFolder::by_time(&chapter.path("run"), "wgan").pop().unwrap().path;
    chapter.succeed(&["04_02", "--resume", "--epochs", "2"]);
    assert!(run.join("images/sample_00002.png").exists());
}

#[test]
fn killed_runs_resume_and_end_the_same() {
    let (whole, killed) = (ch04(), ch04());
    let smoke = ["04_01", "--preset", "smoke", "--epochs", "12", "--set", "batch_size=2"];
    whole.succeed(&smoke);
    let runs = || RunFolder::list(&killed.path("run"), "gan", "camel");
    let start =
        |args: &[&str]| -> Child { killed.command(args).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap() };
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
        killed.succeed(&smoke);
    }
    killed.succeed(&["04_01", "--resume"]);
    assert_equal(&checkpoint(&runs()[0].path), &checkpoint(&folder(&whole, "gan", "camel")));
}

#[cfg(unix)]
#[test]
fn ctrl_c_saves_and_says_how_to_go_on() {
    let (whole, stopped) = (ch04(), ch04());
    let smoke = ["04_03", "--preset", "smoke", "--epochs", "6", "--set", "batch_size=2"];
    // The first line about an iteration says that training is under way.
    testing::interrupt_at(&mut stopped.command(&smoke), "iteration").assert_failure(130, &["--resume"]);

    stopped.succeed(&["04_03", "--resume"]);
    whole.succeed(&smoke);
    let [whole, stopped] = [&whole, &stopped].map(|chapter| folder(chapter, "wgangp", "faces"));
    assert_equal(&checkpoint(&stopped), &checkpoint(&whole));
}

#[test]
fn a_loss_that_is_no_number_stops_the_run_and_keeps_the_last_good_checkpoint() {
    let chapter = ch04();
    chapter.succeed(&["04_03", "--preset", "smoke", "--epochs", "1"]);
    let folder = folder(&chapter, "wgangp", "faces");
    let before = checkpoint(&folder);
    // A step so large that the penalty's squares overflow.
    let params = folder.join("params.json");
    let text = read::text(&params);
    std::fs::write(&params, text.replace("\"learning_rate\": 0.0002", "\"learning_rate\": 1e30")).unwrap();
    let words = ["training stops", "the last good checkpoint is kept", "smaller learning rate"];
    chapter.run(&["04_03", "--resume", "--epochs", "9"]).assert_failure(1, &words);
    for (name, tensor) in checkpoint(&folder) {
        assert!(tensor.to_kind(tch::Kind::Float).isfinite().all().int64_value(&[]) == 1, "{name}");
        assert!(before.contains_key(&name));
    }
}

#[test]
fn the_number_of_samples_of_the_fid_makes_no_other_run() {
    let chapter = ch04();
    chapter.succeed(&["04_02", "--preset", "smoke"]);
    let folder = folder(&chapter, "wgan", "stripes");
    let trained = checkpoint(&folder);
    let params = || read::json(&folder.join("params.json"));
    assert!(params()["config"]["fid_samples"].is_null());
    for (args, samples) in [
        (&["04_02", "--resume", "--set", "fid_samples=20"][..], 20),
        (&["04_02", "--resume", "--preset", "smoke"], 20),
        (&["figures", "04_02", "--preset", "smoke", "--set", "fid_samples=30"], 30),
    ] {
        let again = chapter.succeed(args);
        assert!(!again.stdout.contains("iteration "), "{args:?} trains again");
        assert_eq!(params()["config"]["fid_samples"], samples, "{args:?}");
        assert_eq!(params()["settings"], serde_json::json!([format!("fid_samples={samples}")]), "{args:?}");
    }
    assert_eq!(RunFolder::list(&chapter.path("run"), "wgan", "stripes").len(), 1);
    assert_equal(&checkpoint(&folder), &trained);
    let other = ["04_02", "--resume", "--set", "fid_samples=20", "--set", "n_critic=2"];
    chapter.run(&other).assert_failure(2, &["only --epochs and fid_samples can change"]);
}

#[test]
fn figures_train_what_is_missing_and_nothing_twice() {
    let chapter = ch04();
    let ids = EXPERIMENTS.map(|(id, _, _)| id);
    let figures = [&["figures"], &ids[..], &["--preset", "smoke"]].concat();
    chapter.succeed(&figures);
    let gallery = gallery::assert_shows(chapter.out(), &gallery::files(ch04::CHAPTER.table, &ids));
    assert!(gallery.contains("2 iterations"), "an epoch of one batch is called an iteration");
    assert!(gallery.contains("synthetic avatars, not CelebA"));
    let quality = read::json(&folder(&chapter, "gan", "camel").join("quality.json"));
    assert!(quality.to_string().contains("frechet_distance"));
    let again = chapter.succeed(&figures);
    assert!(!again.stdout.contains("iteration "), "trained twice");
}
