//! `cargo book 01_01`, or `cargo run -p ch01 -- 01_01`: chapter 1's experiments.

use std::process::ExitCode;

fn main() -> ExitCode {
    binary::main(&ch01::CHAPTER)
}
