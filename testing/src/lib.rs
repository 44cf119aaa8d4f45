//! What the tests of several crates share and that needs no libtorch; `testing-tensors` has what needs it.
//!
//! - [`Finished`]: a command that has ended, and assertions on its exit code and messages.
//! - [`Chapter`]: a chapter's binary on synthetic data, in an output folder of its own; [`assert_refused`].
//! - [`interrupt_at`]: Ctrl-C in the middle of a run.
//! - [`gallery`]: the figures that `experiments.toml` promises.
//! - [`read`]: JSON and CSV; [`bytes`]: zip archives and checksums.
//! - [`assert_near`]: numbers that are equal but for rounding.
//!
//! Everything here panics where it fails, as tests do, and names the command, the file or the number.

pub mod bytes;
mod chapter;
mod finished;
pub mod gallery;
#[cfg(unix)]
mod interrupt;
mod near;
pub mod read;

pub use chapter::{Chapter, assert_refused};
pub use finished::Finished;
#[cfg(unix)]
pub use interrupt::interrupt_at;
pub use near::assert_near;
