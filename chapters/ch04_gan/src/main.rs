//! `cargo book 04_01`, or `cargo run -p ch04 -- 04_01`: chapter 4's experiments.

use std::process::ExitCode;

fn main() -> ExitCode {
    binary::main(&ch04::CHAPTER)
}
