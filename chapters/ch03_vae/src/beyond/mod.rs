//! Experiments that are not in the book.

pub mod arithmetic_check;
