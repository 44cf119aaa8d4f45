//! Test helpers of several crates that need libtorch; `testing` has the others.
//!
//! - [`Fixture`]: the arrays of an npz file, as tensors of their kind.
//! - [`assert_near`], [`assert_near_relative`], [`assert_near_absolute`]: tensors that are equal up to rounding.
//! - [`assert_equal`]: sets of bit-equal tensors.
//!
//! All of them panic on failure and name the tensor.

mod equal;
mod fixture;
mod near;

pub use equal::assert_equal;
pub use fixture::Fixture;
pub use near::{assert_near, assert_near_absolute, assert_near_relative};
