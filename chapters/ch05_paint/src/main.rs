//! `cargo book 05_01`, or `cargo run -p ch05 -- 05_01`: chapter 5's experiments.

use std::process::ExitCode;

fn main() -> ExitCode {
    binary::main(&ch05::CHAPTER)
}
