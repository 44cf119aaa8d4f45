//! A proxy is used, named when it fails, and passed by where NO_PROXY says so.

mod support;

use std::path::Path;
use std::process::Command;

use data::Choice;
use support::{official, store};
use tempfile::tempdir;
use testing::Finished;

/// The folder of a test, in the environment of the process that fetches.
const FOLDER: &str = "DATA_TEST_FOLDER";

#[test]
#[ignore = "the others run it"]
fn in_a_process_of_its_own() {
    let Ok(folder) = std::env::var(FOLDER) else { return };
    let store = store(Path::new(&folder), &official("http://data.invalid/", "numbers"));
    println!("{}", store.fetch("small", Choice::Real).unwrap_err());
}

fn fetch(no_proxy: &str) -> String {
    let folder = tempdir().unwrap();
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "in_a_process_of_its_own", "--ignored", "--nocapture"]).env(FOLDER, folder.path());
    for name in ["ALL_PROXY", "all_proxy", "HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "no_proxy"] {
        command.env_remove(name);
    }
    // Port 9 refuses connections.
    command.env("HTTP_PROXY", "http://me:secret@127.0.0.1:9").env("NO_PROXY", no_proxy);
    let done = Finished::run(&mut command);
    done.assert_success();
    done.stdout
}

#[test]
fn a_proxy_that_does_not_answer_is_named_without_its_password() {
    let said = fetch("elsewhere.invalid");
    assert!(said.contains("no answer through the proxy 127.0.0.1:9"), "{said}");
    assert!(said.contains("NO_PROXY") && !said.contains("secret"), "{said}");
    let said = fetch("data.invalid");
    assert!(said.contains("no answer") && !said.contains("proxy"), "{said}");
}
