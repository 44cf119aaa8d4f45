//! `cargo book 03_01`, or `cargo run -p ch03 -- 03_01`: chapter 3's experiments.

use std::process::ExitCode;

fn main() -> ExitCode {
    binary::main(&ch03::CHAPTER)
}
