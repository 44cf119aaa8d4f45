//! The book's notebooks: hyper-parameters, training, analysis.
