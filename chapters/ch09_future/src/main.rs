//! `cargo book 09_01`, or `cargo run -p ch09 -- 09_01`: chapter 9's experiments.

use std::process::ExitCode;

fn main() -> ExitCode {
    binary::main(&ch09::CHAPTER)
}
