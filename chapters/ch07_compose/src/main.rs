//! `cargo book 07_01`, or `cargo run -p ch07 -- 07_01`: chapter 7's experiments.

use std::process::ExitCode;

fn main() -> ExitCode {
    binary::main(&ch07::CHAPTER)
}
