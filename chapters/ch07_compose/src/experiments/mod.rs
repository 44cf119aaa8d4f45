//! The book's notebooks: hyper-parameters, training, analysis.

pub mod lstm_analysis;
pub mod lstm_compose;
pub mod musegan_analysis;
pub mod musegan_train;
pub mod notation;
pub mod source;
