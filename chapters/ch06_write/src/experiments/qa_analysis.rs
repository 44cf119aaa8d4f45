//! 06_03: answers in new documents, and questions for them (pp. 231-235).

use super::qa_data::QaData;
use super::qa_train::{Config, Trained, last_trained};
use crate::figures::{answers, qa_numbers};
use crate::models::Inference;
use anyhow::{Context as _, Result};
use common::cli::Context;
use common::datasets::text;
use common::datasets::tokens::spaced;
use common::say;

/// A report of the kind that the book tests its model on, written for this port: a place, a time, a person, a number.
pub const TEST_DOCUMENT: &str = "\
The old harbour bridge in Kilbrannan was closed on Tuesday morning after a cargo ship struck one of its pillars. Nobody \
was hurt, said Margaret Doyle, the head of the harbour office, but engineers found cracks in the stone. About 4,000 \
people cross the bridge every day on their way to work. The ship, which carried salt from Norway, was able to leave the \
harbour in the evening. The town will pay for the repairs, and the bridge should open again in March.";

impl Trained {
    /// The trained model, for new documents.
    pub fn inference(&self) -> Inference<'_> {
        let Trained { model, vocabulary, run, .. } = self;
        let Config { max_document_words, max_question_words, .. } = run.params.config;
        Inference { model, vocabulary, max_document_words, max_question_words }
    }
}

/// 06_03: marks answers and asks questions, on a document of ours or the reader's and on held-out ones; and numbers.
pub fn run(context: &Context) -> Result<()> {
    let trained = last_trained(context)?;
    let (name, document) = match context.document() {
        Some(file) => (file.display().to_string(), text::read(file)?),
        None => ("a document of ours".to_string(), TEST_DOCUMENT.to_string()),
    };
    let figures = context.figures(&trained.run);
    let inference = trained.inference();
    let threshold = qa_numbers::best_threshold(&inference, &trained.data.training)?;
    let text = spaced(&document);
    let document = inference.document(&text).with_context(|| name.clone())?;
    let (read, all) = (document.words.len(), text.split(' ').count());
    if read < all {
        say!("{name}: read up to word {read} of {all}, as the documents that the model learned from");
    }
    let vectors = QaData::vectors_of(&trained.run.folder)?;
    answers::document(&figures, &inference, &document, threshold, &format!("{name}; word vectors: {vectors}"))?;
    answers::held_out(&figures, &inference, &trained.data.held_out, threshold)?;
    qa_numbers::table(&figures, &inference, &trained.data, threshold)
}
