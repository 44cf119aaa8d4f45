//! `cargo book 08_01`, or `cargo run -p ch08 -- 08_01`: chapter 8's experiments.

use std::process::ExitCode;

fn main() -> ExitCode {
    binary::main(&ch08::CHAPTER)
}
