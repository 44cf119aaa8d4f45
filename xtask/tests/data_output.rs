//! `cargo book data` where its output cannot be written.
#![cfg(target_os = "linux")]

use std::fs::File;
use std::process::{Command, Stdio};

use testing::Finished;

fn book(arguments: &[&str]) -> Command {
    let cache = std::env::temp_dir().join("no-such-cache-of-generative-deep-learning");
    let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
    command.args(arguments).env("GDL_CACHE", cache).current_dir(env!("CARGO_MANIFEST_DIR"));
    command
}

#[test]
fn a_full_disk_is_told_and_a_closed_pipe_is_not() {
    for arguments in [&["data", "list"][..], &["data", "list", "quickdraw"], &["data", "verify"]] {
        let full = File::options().write(true).open("/dev/full").unwrap();
        let output = book(arguments).stdout(full).stderr(Stdio::piped()).spawn().unwrap().wait_with_output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{said}");
        assert!(said.contains("cannot write to standard output") && !said.contains("panicked"), "{said}");

        let mut child = book(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        assert_eq!((output.status.code(), String::from_utf8(output.stderr).unwrap().as_str()), (Some(0), ""));
    }
    Finished::run(&mut book(&["data", "list"])).assert_success();
}
