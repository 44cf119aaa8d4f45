//! What the tests of several crates share and that needs libtorch; `testing` has the rest.
//!
//! - [`Fixture`]: an npz file that Python made, its arrays as tensors of their own kind.
//! - [`assert_near`], [`assert_near_relative`], [`assert_near_absolute`]: tensors that are equal but for rounding.
//! - [`assert_equal`]: sets of tensors that are equal bit for bit.
//!
//! Everything here panics where it fails, as tests do, and names the tensor.

mod equal;
mod fixture;
mod near;

pub use equal::assert_equal;
pub use fixture::Fixture;
pub use near::{assert_near, assert_near_absolute, assert_near_relative};
