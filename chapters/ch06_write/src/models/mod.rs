//! The book's classes.

pub mod fables;
pub mod generation;
pub mod lstm_text;
pub mod qa_batches;
pub mod qa_inference;
pub mod qa_vocabulary;
pub mod question_answer;
pub mod text;
pub mod tokenizer;

pub use generation::Generator;
pub use lstm_text::{Cell, NetConfig, TextModel};
pub use qa_batches::{Batch, BatchOrder, Example, Examples};
pub use qa_inference::{Document, Inference};
pub use qa_vocabulary::Vocabulary;
pub use question_answer::QuestionAnswer;
pub use text::{Text, Windows};
pub use tokenizer::Tokenizer;
