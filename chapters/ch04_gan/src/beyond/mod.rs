//! Experiments that are not in the book.

pub mod challenges;
