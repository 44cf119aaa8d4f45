//! `cargo book 02_01`, or `cargo run -p ch02 -- 02_01`: chapter 2's experiments.

use std::process::ExitCode;

fn main() -> ExitCode {
    binary::main(&ch02::CHAPTER)
}
