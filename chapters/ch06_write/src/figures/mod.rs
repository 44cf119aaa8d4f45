//! What the chapter draws.

pub mod answers;
pub mod extensions;
pub mod qa_numbers;
pub mod qa_training;
pub mod text;
