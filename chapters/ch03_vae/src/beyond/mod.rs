//! What the book does not have.

pub mod arithmetic_check;
