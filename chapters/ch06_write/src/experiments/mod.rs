//! The book's notebooks: hyper-parameters with their presets, training, analysis.

pub mod lstm_text;
pub mod qa_analysis;
pub mod qa_data;
pub mod qa_train;
pub mod source;
pub mod text_extensions;
