//! What the book does not have.

pub mod challenges;
