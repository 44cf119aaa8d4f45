//! What the chapters' binaries add to their libraries. A notebook loads libraries into a running process, where none of
//! this may happen.

mod allocator;
pub mod amd;
pub mod kernels;

use common::cli::Chapter;
use std::process::ExitCode;

/// The `main` of a chapter's binary.
pub fn main(chapter: &Chapter) -> ExitCode {
    allocator::keep_freed_memory();
    amd::export();
    common::cli::main(chapter)
}
