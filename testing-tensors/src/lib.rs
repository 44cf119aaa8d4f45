//! Test helpers of several crates that need libtorch; `testing` has the others.
//!
//! - [`device`]: where the tests compute.
//! - [`Fixture`]: the arrays of an npz file, as tensors of their kind.
//! - [`assert_near`], [`assert_near_relative`], [`assert_near_absolute`]: tensors that are equal up to rounding.
//! - [`take_turn`]: tests with random numbers, one after the other.
//! - [`assert_equal`]: sets of bit-equal tensors.
//!
//! All of them panic on failure and name the tensor.

mod device;
mod equal;
mod fixture;
mod near;
mod turn;

pub use device::device;
pub use equal::assert_equal;
pub use fixture::Fixture;
pub use near::{assert_near, assert_near_absolute, assert_near_relative};
pub use turn::take_turn;
