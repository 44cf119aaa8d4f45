//! What the binary says to wrong input: one clear message, the right exit code, nothing left behind.

use testing::assert_refused;

fn refused(args: &[&str], code: i32, words: &[&str]) {
    assert_refused(env!("CARGO_BIN_EXE_ch08"), args, code, words);
}

#[test]
fn wrong_usage_exits_with_2() {
    refused(&["08_99"], 2, &["08_99", "08_01"]);
    refused(&["08_01", "--write", "C4"], 2, &["--write", "08_01"]);
    refused(&["08_01", "--watch"], 2, &["--watch", "08_01"]);
    refused(&["figures", "08_01", "--drive"], 2, &["--drive", "figures"]);
    for option in [&["--resume"][..], &["--epochs", "3"], &["--run", "1"]] {
        refused(&[&["08_01", "--drive"], option].concat(), 2, &[option[0], "--drive trains nothing"]);
    }
}

#[test]
fn wrong_settings_exit_with_1() {
    for (id, setting, words) in [
        ("08_01", "episodes=0", &["episodes"][..]),
        ("08_01", "episodes=100001", &["episodes", "100000"]),
        ("08_01", "steps=0", &["steps"]),
        ("08_01", "steps=10001", &["steps", "10000"]),
        ("08_01", "repeat_action=0", &["repeat_action"]),
        ("08_01", "environment=moon", &["environment=moon", "book", "gymnasium"]),
    ] {
        refused(&[id, "--set", setting], 1, words);
    }
}

#[test]
fn driving_needs_a_terminal() {
    refused(&["08_01", "--drive"], 1, &["there is no terminal to show the car in"]);
    refused(&["08_01", "--drive", "--seed", "3", "--set", "environment=gymnasium"], 1, &["terminal"]);
}
