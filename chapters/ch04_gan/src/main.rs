//! `cargo book 04_01`, or `cargo run -p ch04 -- 04_01`: chapter 4's experiments.

use std::process::ExitCode;

/// libtorch allocates through it, too. It keeps large blocks, which libtorch asks for anew at every step.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    common::cli::main(&ch04::CHAPTER)
}
