//! `cargo book 03_01`, or `cargo run -p ch03 -- 03_01`: chapter 3's experiments.

use std::process::ExitCode;

/// Also libtorch's allocator. It keeps large blocks, which libtorch requests again at every step.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    common::cli::main(&ch03::CHAPTER)
}
