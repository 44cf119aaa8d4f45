//! Training runs that are stopped, killed and resumed, through the chapter's binary.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;
use tch::Tensor;

/// The binary on synthetic digits; one thread, so that tests side by side do not wait for each other's.
fn ch03(out: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ch03"));
    command.args(args).args(["--data", "synthetic", "--threads", "1", "--device", "cpu", "--out"]).arg(out);
    command
}

fn run(out: &Path, args: &[&str]) -> Output {
    ch03(out, args).output().unwrap()
}

fn assert_success(output: &Output) {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

fn weights(out: &Path, section: &str) -> BTreeMap<String, Tensor> {
    let path = out.join("run").join(section).join("0001_digits/weights/checkpoint.safetensors");
    common::keras::weights::read_file(&path).unwrap().0
}

fn assert_same(a: &BTreeMap<String, Tensor>, b: &BTreeMap<String, Tensor>) {
    assert_eq!(a.keys().collect::<Vec<_>>(), b.keys().collect::<Vec<_>>());
    for (name, tensor) in a {
        assert_eq!(tensor, &b[name], "{name} differs");
    }
}

#[test]
fn resumed_runs_equal_uninterrupted_ones_bit_for_bit() {
    for (id, section) in [("03_01", "autoencoder"), ("03_03", "vae")] {
        let (whole, parts) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        assert_success(&run(whole.path(), &[id, "--preset", "smoke"]));
        assert_success(&run(parts.path(), &[id, "--preset", "smoke", "--epochs", "1"]));
        assert_success(&run(parts.path(), &[id, "--resume", "--epochs", "2"]));
        assert_success(&run(parts.path(), &[id, "--resume", "--epochs", "3"]));
        assert_same(&weights(whole.path(), section), &weights(parts.path(), section));
    }
}

#[test]
fn killed_runs_resume_and_end_the_same() {
    let (whole, killed) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let smoke = ["03_03", "--preset", "smoke", "--epochs", "60", "--set", "digits=64"];
    assert_success(&run(whole.path(), &smoke));

    let start = |args: &[&str]| -> Child {
        ch03(killed.path(), args).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
    };
    // A kill before `params.json` is written leaves an empty folder, so the run may have a later number.
    let runs = || common::training::RunFolder::list(&killed.path().join("run"), "vae", "digits");
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
    assert!(!runs().is_empty(), "twenty starts made no run");
    assert_success(&run(killed.path(), &["03_03", "--resume"]));
    let checkpoint = runs()[0].path.join("weights/checkpoint.safetensors");
    assert_same(&weights(whole.path(), "vae"), &common::keras::weights::read_file(&checkpoint).unwrap().0);
    assert_success(&run(killed.path(), &["03_04"]));
}

#[cfg(unix)]
#[test]
fn ctrl_c_saves_and_says_how_to_go_on() {
    let (whole, stopped) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let smoke = ["03_01", "--preset", "smoke", "--epochs", "60"];
    let mut child = ch03(stopped.path(), &smoke).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // The first line about an epoch says that training is under way.
    let mut lines = std::io::BufRead::lines(std::io::BufReader::new(child.stdout.take().unwrap()));
    assert!(lines.any(|line| line.unwrap().starts_with("epoch")));
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
    lines.for_each(drop);
    let output = child.wait_with_output().unwrap();
    let message = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(130), "{message}");
    assert!(message.contains("--resume"), "{message}");

    assert_success(&run(stopped.path(), &["03_01", "--resume"]));
    assert_success(&run(whole.path(), &smoke));
    assert_same(&weights(whole.path(), "autoencoder"), &weights(stopped.path(), "autoencoder"));
}

#[test]
fn weights_from_elsewhere_are_analysed_if_they_fit() {
    let out = tempfile::tempdir().unwrap();
    assert_success(&run(out.path(), &["03_01", "--preset", "smoke"]));
    let file = out.path().join("run/autoencoder/0001_digits/weights/weights.safetensors");
    let file = file.to_str().unwrap();
    assert_success(&run(out.path(), &["03_02", "--weights", file]));
    assert!(out.path().join("run/autoencoder/0002_digits/weights/weights.safetensors").exists());
    let wrong = run(out.path(), &["03_04", "--weights", file]);
    assert_eq!(wrong.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&wrong.stderr).contains("does not fit this model"));
    assert!(!out.path().join("run/vae").exists(), "a refused file leaves nothing behind");
}

#[cfg(unix)]
#[test]
fn faces_go_on_in_the_middle_of_an_epoch() {
    let (whole, stopped) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let smoke = ["03_05", "--preset", "smoke", "--set", "faces=41", "--set", "batch_size=4", "--epochs", "3"];
    let output = run(whole.path(), &smoke);
    assert_success(&output);
    assert!(String::from_utf8_lossy(&output.stdout).contains("waited for images"));

    let mut child = ch03(stopped.path(), &smoke).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut lines = std::io::BufRead::lines(std::io::BufReader::new(child.stdout.take().unwrap()));
    assert!(lines.any(|line| line.unwrap().starts_with("epoch   1")));
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
    lines.for_each(drop);
    let output = child.wait_with_output().unwrap();
    let message = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(130), "{message}");
    assert_success(&run(stopped.path(), &["03_05", "--resume"]));
    let weights = |out: &Path| {
        common::keras::weights::read_file(&out.join("run/vae/0001_faces/weights/checkpoint.safetensors")).unwrap().0
    };
    assert_same(&weights(whole.path()), &weights(stopped.path()));
}

#[test]
fn figures_analyse_what_they_trained() {
    let out = tempfile::tempdir().unwrap();
    let smoke = ["figures", "03_01", "--preset", "smoke", "--epochs", "1"];
    assert_success(&run(out.path(), &smoke));
    assert_success(&run(out.path(), &["03_01", "--preset", "smoke", "--epochs", "1", "--set", "net.z_dim=3"]));
    assert_success(&run(out.path(), &["figures", "03_02", "--preset", "smoke", "--epochs", "1"]));
    let three = run(out.path(), &["03_02"]);
    assert_eq!(three.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&three.stderr).contains("3 dimensions"));
}

#[test]
fn half_made_folders_and_lost_histories_do_no_harm() {
    let out = tempfile::tempdir().unwrap();
    let first = out.path().join("run/autoencoder/0001_digits");
    std::fs::create_dir_all(&first).unwrap();
    assert_success(&run(out.path(), &["03_01", "--preset", "smoke"]));
    let second = out.path().join("run/autoencoder/0002_digits");
    std::fs::remove_file(second.join("history.csv")).unwrap();
    std::fs::write(second.join("weights/.part-x"), "left by a kill").unwrap();
    assert_success(&run(out.path(), &["03_01", "--resume"]));
    assert_eq!(std::fs::read_to_string(second.join("history.csv")).unwrap().lines().count(), 4);
    assert!(!second.join("weights/.part-x").exists());
}

#[test]
fn training_does_not_mind_a_reader_that_has_gone() {
    let out = tempfile::tempdir().unwrap();
    let mut child = ch03(out.path(), &["03_01", "--preset", "smoke"]).stdout(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    assert!(child.wait().unwrap().success());
}

#[test]
fn figures_train_what_is_missing_and_nothing_twice() {
    let out = tempfile::tempdir().unwrap();
    assert_success(&run(out.path(), &["figures", "--preset", "smoke"]));
    let gallery = std::fs::read_to_string(out.path().join("figures/index.html")).unwrap();
    for image in [
        "03_01_loss",
        "03_01_training_strip",
        "03_02_reconstructions",
        "03_02_latent_space",
        "03_02_new_digits",
        "03_02_latent_space_by_digit",
        "03_02_grid",
        "03_02_grid_decoded",
        "03_03_loss",
        "03_03_training_strip",
        "03_04_reconstructions",
        "03_04_latent_space",
        "03_04_new_digits",
        "03_04_latent_space_by_digit",
        "03_04_grid",
        "03_04_grid_decoded",
        "03_05_loss",
        "03_05_training_strip",
        "03_06_reconstructions",
        "03_06_histograms",
        "03_06_new_faces",
        "03_06_attribute_vectors",
        "03_06_add_attractive",
        "03_06_add_mouth_slightly_open",
        "03_06_add_smiling",
        "03_06_add_wearing_lipstick",
        "03_06_add_high_cheekbones",
        "03_06_add_male",
        "03_06_add_eyeglasses",
        "03_06_add_blond_hair",
        "03_06_morphs",
        "03_06_arithmetic_check",
    ] {
        let file = format!("ch03/{image}.png");
        assert!(gallery.contains(&file), "{file} is missing from the gallery");
        let (width, height) = image::image_dimensions(out.path().join("figures").join(&file)).unwrap();
        assert!(width > 500 && height > 200, "{file}: {width} x {height}");
    }
    assert!(gallery.contains("synthetic digits, not MNIST") && gallery.contains("synthetic avatars, not CelebA"));
    let faces = out.path().join("run/vae/0001_faces");
    let vectors = std::fs::read_to_string(faces.join("attribute_vectors.csv")).unwrap();
    for attribute in ch03::arithmetic::BOOK_ATTRIBUTES {
        assert!(vectors.contains(&format!("\n{attribute},")), "{vectors}");
    }
    assert_eq!(std::fs::read_to_string(faces.join("arithmetic_check.csv")).unwrap().lines().count(), 9);
    let again = run(out.path(), &["figures", "--preset", "smoke"]);
    assert_success(&again);
    assert!(!String::from_utf8_lossy(&again.stdout).contains("epoch "), "trained twice");
    assert!(!out.path().join("run/vae/0002_digits").exists() && !out.path().join("run/vae/0002_faces").exists());
}
