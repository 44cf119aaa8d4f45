//! `cargo book 05_01`, or `cargo run -p ch05 -- 04_01`: chapter 5's experiments.

use std::process::ExitCode;

/// Also libtorch's allocator. It keeps large blocks, which libtorch requests again at every step.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    common::cli::main(&ch05::CHAPTER)
}
