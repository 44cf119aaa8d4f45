//! Questions about documents, as rows of a table: the book's form of NewsQA, and SQuAD in the same form.

pub use data::qa::{Row, Rows};
