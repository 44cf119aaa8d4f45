//! What the binary says to wrong input: one clear message, the right exit code, nothing left behind.

use std::process::Command;

fn refused(args: &[&str], code: i32, words: &[&str]) {
    let out = tempfile::tempdir().unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_ch02"));
    command.args(args).env("GDL_MIRROR", "");
    if args[0].starts_with("02") {
        command.args(["--data", "synthetic", "--threads", "1", "--out"]).arg(out.path());
    }
    let output = command.output().unwrap();
    let message = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(code), "{args:?}: {message}");
    for word in words {
        assert!(message.contains(word), "{args:?}: no '{word}' in: {message}");
    }
    assert!(!message.contains("should not have happened"), "{message}");
    assert!(!out.path().join("run").exists(), "{args:?} left a run behind");
}

#[test]
fn wrong_usage_exits_with_2() {
    refused(&["02_99"], 2, &["02_99", "02_01"]);
    refused(&["02_01", "--preset", "huge"], 2, &["huge", "book", "quick"]);
    refused(&["02_03", "--epochs", "0"], 2, &["--epochs"]);
    refused(&["bench", "--model", "gan"], 2, &["gan", "mlp", "cnn"]);
}

#[test]
fn wrong_settings_exit_with_1() {
    refused(&["02_01", "--set", "learning=1"], 1, &["learning", "learning_rate", "images"]);
    refused(&["02_01", "--set", "learning_rate=0"], 1, &["learning_rate"]);
    refused(&["02_01", "--set", "images=50001"], 1, &["images", "50000"]);
    refused(&["02_03", "--set", "images=0"], 1, &["images"]);
    refused(&["02_03", "--set", "test_images=3"], 1, &["test_images", "10"]);
    refused(&["02_03", "--set", "batch_size=1"], 1, &["batch_size", "between 2"]);
    refused(&["02_03", "--set", "images=33"], 1, &["batch_size 32", "single image"]);
    refused(&["02_02", "--set", "size=3"], 1, &["size", "between 16"]);
    refused(&["02_02", "--epochs", "3"], 1, &["epochs", "size"]);
    refused(&["02_03", "--resume"], 1, &["no run to resume"]);
}
