//! What the binary says to wrong input: one clear message, the right exit code, nothing left behind.

use std::fs;
use std::process::Command;
use testing::{Chapter, Finished, assert_refused, read};

fn refused(args: &[&str], code: i32, words: &[&str]) {
    assert_refused(env!("CARGO_BIN_EXE_ch03"), args, code, words);
}

#[test]
fn wrong_usage_exits_with_2() {
    refused(&["03_99"], 2, &["03_99", "03_01"]);
    refused(&["03_01", "--no-such-flag"], 2, &["--no-such-flag"]);
    refused(&["03_01", "--preset", "huge"], 2, &["huge", "book", "quick"]);
    refused(&["03_01", "--epochs", "0"], 2, &["--epochs"]);
    refused(&["03_01", "--epochs", "many"], 2, &["many"]);
    refused(&["03_01", "--seed", "-1"], 2, &["-1"]);
    refused(&["03_01", "--device", "tpu"], 2, &["tpu", "cuda"]);
    refused(&["03_01", "--precision", "f16"], 2, &["f16", "f32", "bf16"]);
    refused(&["03_01", "--set", "epochs"], 2, &["key=value"]);
    refused(&["figures", "03_99"], 2, &["03_99"]);
    refused(&["03_01", "--epochs", "18446744073709551615"], 2, &["--epochs"]);
    refused(&["03_01", "--threads", "1000000"], 2, &["--threads"]);
    refused(&["03_01", "--run", "3"], 2, &["--run", "--resume"]);
    refused(&["03_01", "--weights", "w.safetensors"], 2, &["--weights"]);
    refused(&["03_02", "--epochs", "7"], 2, &["--epochs", "03_01"]);
    refused(&["03_02", "--resume"], 2, &["--resume"]);
    refused(&["03_02", "--tensorboard"], 2, &["--tensorboard", "03_01"]);
    refused(&["figures", "--resume"], 2, &["--resume"]);
    refused(&["bench", "--steps", "0"], 2, &["--steps"]);
    refused(&["bench", "--model", "gan"], 2, &["gan", "vae_digits"]);
}

#[test]
fn wrong_settings_exit_with_1() {
    refused(&["03_01", "--set", "learning=1"], 1, &["learning", "learning_rate", "net.z_dim"]);
    refused(&["03_01", "--set", "learning_rate=fast"], 1, &["learning_rate=fast", "f64"]);
    refused(&["03_01", "--set", "epochs=1.5"], 1, &["epochs=1.5"]);
    refused(&["03_01", "--set", "batch_size=0"], 1, &["batch_size"]);
    refused(&["03_01", "--set", "learning_rate=-1"], 1, &["learning_rate"]);
    refused(&["03_01", "--set", "digits=0"], 1, &["digits"]);
    refused(&["03_01", "--set", "net.z_dim=0"], 1, &["between 1 and"]);
    refused(&["03_01", "--set", "net.encoder=[]"], 1, &["decoder makes images"]);
    refused(&["03_01", "--set", "net.input_dim=[16,16,1]"], 1, &["input_dim"]);
    refused(
        &["03_01", "--set", "net.decoder.1.stride=4096", "--set", "net.decoder.2.stride=4096"],
        1,
        &["4096 pixels"],
    );
    refused(
        &["03_01", "--set", "net.encoder.0.kernel=4096", "--set", "net.encoder.0.filters=4096"],
        1,
        &["100 million"],
    );
    refused(&["03_03", "--set", "r_loss_factor=0"], 1, &["r_loss_factor"]);
    refused(&["03_05", "--set", "faces=0"], 1, &["faces must lie between 1 and 202599"]);
    refused(&["03_05", "--set", "net.input_dim=[128,128,1]"], 1, &["the decoder makes images"]);
    refused(&["03_06"], 1, &["cargo book 03_05"]);
    refused(&["03_01", "--resume"], 1, &["no run to resume"]);
    refused(&["03_02", "--run", "7"], 1, &["cargo book 03_01"]);
    if !tch::Cuda::is_available() {
        refused(&["03_01", "--device", "cuda"], 1, &["no CUDA device", "--device cpu"]);
    }
}

#[test]
fn damaged_and_foreign_runs_are_named() {
    let chapter = Chapter::new(env!("CARGO_BIN_EXE_ch03"));
    let smoke = ["--preset", "smoke", "--epochs", "1"];
    let train = |id: &str, more: &[&str]| chapter.run(&[&[id], more].concat());
    train("03_01", &smoke).assert_success();
    train("03_03", &smoke).assert_success();
    let run = |section: &str| chapter.path("run").join(section).join("0001_digits");
    let checkpoint = |section: &str| run(section).join("weights/checkpoint.safetensors");
    let good = fs::read(checkpoint("autoencoder")).unwrap();

    // Cut off, overwritten, and taken from another model.
    for bad in [&good[..good.len() / 2], &good[..4], &[0xff; 100][..], b""] {
        fs::write(checkpoint("autoencoder"), bad).unwrap();
        train("03_01", &["--resume", "--epochs", "2"]).assert_failure(1, &["checkpoint.safetensors", "damaged"]);
        train("03_02", &[]).assert_failure(1, &["checkpoint.safetensors", "damaged"]);
        assert_eq!(fs::read(checkpoint("autoencoder")).unwrap(), bad, "a bad checkpoint is left as it is");
    }
    fs::copy(checkpoint("vae"), checkpoint("autoencoder")).unwrap();
    train("03_01", &["--resume", "--epochs", "2"]).assert_failure(1, &["does not fit this model"]);
    fs::write(checkpoint("autoencoder"), &good).unwrap();

    train("03_01", &["--resume", "--preset", "book"]).assert_failure(2, &["keeps its preset"]);
    // Its own numbers may be repeated.
    train("03_01", &["--resume", "--preset", "smoke", "--epochs", "2"]).assert_success();
    train("03_01", &["--resume", "--epochs", "1"]).assert_failure(1, &["already trained for 2 epochs"]);
    fs::write(run("autoencoder").join("params.json"), "{").unwrap();
    train("03_01", &["--resume"]).assert_failure(1, &["params.json", "damaged"]);

    // A NaN stops the run, and the last good checkpoint is kept.
    train("03_03", &["--resume", "--epochs", "2"]).assert_success();
    let poisoned = ["--preset", "smoke", "--set", "learning_rate=1e30", "--epochs", "3"];
    train("03_03", &poisoned).assert_failure(1, &["training stops", "nothing was saved", "learning rate"]);
    assert!(!chapter.path("run/vae/0002_digits/weights/checkpoint.safetensors").exists());
    // The last step spoils the weights after its own loss was good.
    let poisoned = ["--preset", "smoke", "--set", "learning_rate=1e300", "--set", "digits=32", "--epochs", "1"];
    train("03_01", &poisoned).assert_failure(1, &["contain NaN or infinity", "nothing was saved"]);
    assert!(!chapter.path("run/autoencoder/0002_digits/weights").exists());
}

#[test]
fn a_run_keeps_its_precision() {
    let begin = ["03_01", "--preset", "smoke", "--epochs", "1", "--precision", "bf16"];
    if !common::keras::precision::has_instructions() {
        refused(&begin, 1, &["--precision bf16", "no instructions", "f32, the default"]);
        refused(&["figures", "03_01", "--precision", "bf16"], 1, &["no instructions"]);
        return;
    }
    let chapter = Chapter::new(env!("CARGO_BIN_EXE_ch03"));
    chapter.succeed(&begin);
    let params = chapter.path("run/autoencoder/0001_digits/params.json");
    assert_eq!(read::json(&params)["precision"], "bf16");
    chapter.run(&["03_01", "--resume", "--precision", "f32"]).assert_failure(2, &["keeps its preset", "precision"]);
    chapter.succeed(&["03_01", "--resume", "--epochs", "2"]);
    assert_eq!(read::json(&params)["precision"], "bf16");
    let gallery = read::text(&chapter.path("figures/index.html"));
    assert!(gallery.contains("epochs, bf16") && gallery.contains("--precision bf16"), "{gallery}");
    // An analysis has a precision of its own; figures want runs of theirs.
    chapter.succeed(&["03_02", "--precision", "f32"]);
    chapter.succeed(&["figures", "03_01", "--preset", "smoke", "--epochs", "2", "--precision", "bf16"]);
    assert!(!chapter.path("run/autoencoder/0002_digits").exists());
    chapter.succeed(&["figures", "03_01", "--preset", "smoke", "--epochs", "2"]);
    let params = chapter.path("run/autoencoder/0002_digits/params.json");
    assert_eq!(read::json(&params)["precision"], "f32");
}

#[test]
fn weights_in_other_formats_are_named() {
    let chapter = Chapter::new(env!("CARGO_BIN_EXE_ch03"));
    let file = chapter.path("my weights.h5");
    for (bytes, words) in [
        (&b"\x89HDF\r\n\x1a\n"[..], &["an HDF5 file of Keras", "h5_to_safetensors.py '"][..]),
        (b"\x80\x02}q\x00.", &["a file of PyTorch"]),
        (b"<!DOCTYPE html>", &["a web page"]),
        (b"version https://git-lfs.github.com/spec/v1\n", &["git lfs pull"]),
    ] {
        fs::write(&file, bytes).unwrap();
        let weights = file.to_str().unwrap();
        chapter.run(&["03_02", "--preset", "smoke", "--weights", weights]).assert_failure(1, words);
        chapter.assert_nothing_made();
    }
}

#[test]
fn experiments_go_by_other_forms_of_their_ids() {
    let chapter = Chapter::new(env!("CARGO_BIN_EXE_ch03"));
    chapter.run(&["3.1", "--resume"]).assert_failure(1, &["no run to resume"]);
}

#[test]
#[cfg(target_os = "linux")]
fn a_full_disk_is_told_and_a_closed_pipe_is_not() {
    let binary = env!("CARGO_BIN_EXE_ch03");
    let done = Finished::run(Command::new("sh").args(["-c", &format!("{binary} list > /dev/full")]));
    done.assert_failure(1, &["cannot write to standard output"]);
    let done = Finished::run(Command::new("bash").args(["-c", &format!("set -o pipefail; {binary} list | true")]));
    assert_eq!((done.code, done.stderr.as_str()), (Some(0), ""));
}

#[test]
fn a_folder_that_cannot_be_written_is_named() {
    let chapter = Chapter::new(env!("CARGO_BIN_EXE_ch03"));
    fs::write(chapter.path("run"), "a file where a folder should be").unwrap();
    let out = chapter.out().display().to_string();
    chapter.run(&["03_01", "--preset", "smoke"]).assert_failure(1, &["cannot create the run folder", &out]);
}
