//! Questions about documents, as the rows of a table: the form in which the book reads NewsQA.

use std::ops::Range;
use std::sync::Arc;

/// A question about a document, and where its answer is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The name of the document.
    pub story_id: Arc<str>,
    /// The document: words and signs, each between single blanks. Questions about one paragraph of SQuAD share it: a copy
    /// for each could fill memory.
    pub story_text: Arc<str>,
    /// The question, in the same form.
    pub question: String,
    /// The words of the document that are the answer: indices, counted from 0, of what `split(' ')` gives. There is at
    /// least one range; all of them are within the document, and none is empty.
    pub answer_token_ranges: Vec<Range<usize>>,
}

/// The rows of a file, and what it has besides.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rows {
    /// A row for each question whose answer is some words of its document.
    pub rows: Vec<Row>,
    /// Number of questions whose answer is not whole words of its document. They have no row.
    pub misplaced: usize,
    /// Number of questions without an answer. They have no row.
    pub unanswered: usize,
}
