//! Training runs that are stopped, killed and resumed, through the chapter's binary.

use std::collections::BTreeMap;
use std::fs;
use std::process::{Child, Stdio};
use std::time::Duration;
use tch::Tensor;
use testing::{Chapter, gallery, read};
use testing_tensors::assert_equal;

fn ch03() -> Chapter {
    Chapter::new(env!("CARGO_BIN_EXE_ch03"))
}

/// The checkpoint of a run, `run/vae/0001_digits`.
fn checkpoint(chapter: &Chapter, run: &str) -> BTreeMap<String, Tensor> {
    common::keras::weights::read_file(&chapter.path(run).join("weights/checkpoint.safetensors")).unwrap().0
}

#[test]
fn resumed_runs_equal_uninterrupted_ones_bit_for_bit() {
    for (id, run) in [("03_01", "run/autoencoder/0001_digits"), ("03_03", "run/vae/0001_digits")] {
        let (whole, parts) = (ch03(), ch03());
        whole.succeed(&[id, "--preset", "smoke"]);
        parts.succeed(&[id, "--preset", "smoke", "--epochs", "1"]);
        parts.succeed(&[id, "--resume", "--epochs", "2"]);
        parts.succeed(&[id, "--resume", "--epochs", "3"]);
        assert_equal(&checkpoint(&parts, run), &checkpoint(&whole, run));
    }
}

#[test]
fn curves_are_written_on_demand_and_change_nothing() {
    for (id, run) in [("03_01", "run/autoencoder/0001_digits"), ("03_03", "run/vae/0001_digits")] {
        let (plain, curves) = (ch03(), ch03());
        let folder = |chapter: &Chapter| chapter.path(run).join("tensorboard");
        let files = || fs::read_dir(folder(&curves)).unwrap().count();
        plain.succeed(&[id, "--preset", "smoke"]);
        assert!(!folder(&plain).exists());
        curves.succeed(&[id, "--preset", "smoke", "--tensorboard", "--epochs", "2"]);
        assert_eq!(files(), 1);
        curves.succeed(&[id, "--tensorboard", "--resume", "--epochs", "3"]);
        assert_eq!(files(), 2);
        assert_equal(&checkpoint(&curves, run), &checkpoint(&plain, run));
        // Nothing is left to train: nothing is written.
        curves.succeed(&[id, "--tensorboard", "--resume"]);
        assert_eq!(files(), 2);
    }
}

#[test]
fn killed_runs_resume_and_end_the_same() {
    let (whole, killed) = (ch03(), ch03());
    let smoke = ["03_03", "--preset", "smoke", "--epochs", "60", "--set", "digits=64"];
    whole.succeed(&smoke);

    let start =
        |args: &[&str]| -> Child { killed.command(args).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap() };
    // A kill before `params.json` is written leaves an empty folder, so the run may have a later number.
    let runs = || common::training::RunFolder::list(&killed.path("run"), "vae", "digits");
    // Twenty moments spread over start-up, training and drawing, the same at each run of this test.
    let mut state = 7u32;
    for _ in 0..20 {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let resume = ["03_03", "--resume"];
        let mut child = start(if runs().is_empty() { &smoke } else { &resume });
        std::thread::sleep(Duration::from_millis(u64::from(state >> 22)));
        child.kill().unwrap();
        child.wait().unwrap();
    }
    if runs().is_empty() {
        killed.succeed(&smoke); // on a slow machine all kills came before the run
    }
    killed.succeed(&["03_03", "--resume"]);
    let resumed = common::keras::weights::read_file(&runs()[0].path.join("weights/checkpoint.safetensors")).unwrap().0;
    assert_equal(&resumed, &checkpoint(&whole, "run/vae/0001_digits"));
    killed.succeed(&["03_04"]);
}

#[cfg(unix)]
#[test]
fn ctrl_c_saves_and_says_how_to_go_on() {
    let (whole, stopped) = (ch03(), ch03());
    let smoke = ["03_01", "--preset", "smoke", "--epochs", "60"];
    // The first line about an epoch says that training is under way.
    testing::interrupt_at(&mut stopped.command(&smoke), "epoch").assert_failure(130, &["--resume"]);
    // What is there can be analysed, and it says how much that is.
    let unfinished = "of 60 epochs; `cargo book 03_01 --resume` goes on";
    stopped.succeed(&["03_02"]).assert_prints(&[unfinished]);
    // An analysis has nothing to resume.
    testing::interrupt_at(&mut stopped.command(&["03_02"]), "run:").assert_failure(130, &["the same command again"]);

    stopped.succeed(&["03_01", "--resume"]);
    assert!(!stopped.succeed(&["03_02"]).stdout.contains(unfinished));
    whole.succeed(&smoke);
    let run = "run/autoencoder/0001_digits";
    assert_equal(&checkpoint(&stopped, run), &checkpoint(&whole, run));
}

#[test]
fn a_refused_command_leaves_the_run_as_it_is() {
    let chapter = ch03();
    chapter.succeed(&["03_01", "--preset", "smoke"]);
    let file = chapter.path("run/autoencoder/0001_digits/params.json");
    let begun = fs::metadata(&file).unwrap().modified().unwrap();
    chapter.succeed(&["03_01", "--resume"]);
    assert!(fs::metadata(&file).unwrap().modified().unwrap() > begun, "it is the run that was resumed last");

    let before = read::text(&file);
    let lock = fs::File::create(file.with_file_name(".lock")).unwrap();
    lock.lock().unwrap(); // as a process that trains
    chapter.run(&["03_01", "--resume", "--epochs", "9"]).assert_failure(1, &["another process is training"]);
    assert_eq!(read::text(&file), before);
    drop(lock);

    let changed = before.replace("\"batch_size\": 32", "\"batch_size\": 0");
    assert_ne!(changed, before);
    fs::write(&file, &changed).unwrap();
    chapter.run(&["03_01", "--resume"]).assert_failure(1, &["params.json", "batch_size must lie between"]);
    assert_eq!(read::text(&file), changed);
}

#[test]
fn weights_from_elsewhere_are_analysed_if_they_fit() {
    let chapter = ch03();
    chapter.succeed(&["03_01", "--preset", "smoke"]);
    let file = chapter.path("run/autoencoder/0001_digits/weights/weights.safetensors");
    let file = file.to_str().unwrap();
    chapter.succeed(&["03_02", "--weights", file]);
    assert!(chapter.path("run/autoencoder/0002_digits/weights/weights.safetensors").exists());
    chapter.run(&["03_04", "--weights", file]).assert_failure(1, &["does not fit this model"]);
    assert!(!chapter.path("run/vae").exists(), "a refused file leaves nothing behind");
}

#[cfg(unix)]
#[test]
fn faces_go_on_in_the_middle_of_an_epoch() {
    let (whole, stopped) = (ch03(), ch03());
    let smoke = ["03_05", "--preset", "smoke", "--set", "faces=41", "--set", "batch_size=4", "--epochs", "3"];
    whole.succeed(&smoke).assert_prints(&["waited for images"]);

    testing::interrupt_at(&mut stopped.command(&smoke), "epoch   1").assert_failure(130, &[]);
    stopped.succeed(&["03_05", "--resume"]);
    let run = "run/vae/0001_faces";
    assert_equal(&checkpoint(&stopped, run), &checkpoint(&whole, run));
}

#[test]
fn figures_analyse_what_they_trained() {
    let chapter = ch03();
    chapter.succeed(&["figures", "03_01", "--preset", "smoke", "--epochs", "1"]);
    chapter.succeed(&["03_01", "--preset", "smoke", "--epochs", "1", "--set", "net.z_dim=3"]);
    chapter.succeed(&["figures", "03_02", "--preset", "smoke", "--epochs", "1"]);
    chapter.run(&["03_02"]).assert_failure(1, &["3 dimensions"]);
}

#[test]
fn half_made_folders_and_lost_histories_do_no_harm() {
    let chapter = ch03();
    fs::create_dir_all(chapter.path("run/autoencoder/0001_digits")).unwrap();
    chapter.succeed(&["03_01", "--preset", "smoke"]);
    let second = chapter.path("run/autoencoder/0002_digits");
    fs::remove_file(second.join("history.csv")).unwrap();
    fs::write(second.join("weights/.part-x"), "left by a kill").unwrap();
    // A link out of the folder, to a file with such a name.
    let theirs = chapter.path("theirs");
    fs::create_dir(&theirs).unwrap();
    fs::write(theirs.join(".part-x"), "a reader's own").unwrap();
    #[cfg(unix)]
    std::os::unix::fs::symlink(&theirs, second.join("data")).unwrap();
    chapter.succeed(&["03_01", "--resume"]);
    assert!(theirs.join(".part-x").exists());
    assert_eq!(read::csv(&second.join("history.csv")).len(), 4);
    assert!(!second.join("weights/.part-x").exists());
}

#[test]
fn training_does_not_mind_a_reader_that_has_gone() {
    let chapter = ch03();
    let mut child = chapter.command(&["03_01", "--preset", "smoke"]).stdout(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    assert!(child.wait().unwrap().success());
}

#[test]
fn figures_train_what_is_missing_and_nothing_twice() {
    let chapter = ch03();
    chapter.succeed(&["figures", "--preset", "smoke"]);
    let gallery = gallery::assert_shows(chapter.out(), &gallery::files(ch03::CHAPTER.table, &[]));
    assert!(gallery.contains("synthetic digits, not MNIST") && gallery.contains("synthetic avatars, not CelebA"));
    let faces = chapter.path("run/vae/0001_faces");
    let vectors = read::text(&faces.join("attribute_vectors.csv"));
    for attribute in ch03::figures::arithmetic::BOOK_ATTRIBUTES {
        assert!(vectors.contains(&format!("\n{attribute},")), "{vectors}");
    }
    assert_eq!(read::csv(&faces.join("arithmetic_check.csv")).len(), 9);
    let again = chapter.succeed(&["figures", "--preset", "smoke"]);
    assert!(!again.stdout.contains("epoch "), "trained twice");
    assert!(!chapter.path("run/vae/0002_digits").exists() && !chapter.path("run/vae/0002_faces").exists());
}
