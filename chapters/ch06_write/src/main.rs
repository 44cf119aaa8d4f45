//! `cargo book 06_01`, or `cargo run -p ch06 -- 06_01`: chapter 6's experiments.

use std::process::ExitCode;

fn main() -> ExitCode {
    binary::main(&ch06::CHAPTER)
}
