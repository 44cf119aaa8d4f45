//! The book's classes.
