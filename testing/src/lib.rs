//! Test helpers of several crates that need no libtorch; `testing-tensors` has the others.
//!
//! - [`Finished`]: a command that has ended, and assertions on its exit code and messages.
//! - [`Chapter`]: a chapter's binary on synthetic data, in an output folder of its own; [`assert_refused`].
//! - [`interrupt_at`]: Ctrl-C in the middle of a run.
//! - [`gallery`]: the figures listed in `experiments.toml`.
//! - [`images`]: a folder of images as readers have them.
//! - [`read`]: JSON and CSV; [`bytes`]: zip archives and checksums.
//! - [`script`]: a shell script in the place of a program.
//! - [`assert_near`]: numbers that are equal up to rounding.
//!
//! All of them panic on failure and name the command, the file or the number.

pub mod bytes;
mod chapter;
mod finished;
pub mod gallery;
pub mod images;
#[cfg(unix)]
mod interrupt;
mod near;
pub mod read;
#[cfg(unix)]
mod script;

pub use chapter::{Chapter, assert_refused};
pub use finished::Finished;
#[cfg(unix)]
pub use interrupt::interrupt_at;
pub use near::assert_near;
#[cfg(unix)]
pub use script::script;
