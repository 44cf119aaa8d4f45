//! The figure of 06_02.

use crate::experiments::qa_data::QaData;
use anyhow::Result;
use common::cli::Figures;
use common::plot::{Chart, Color, Figure, Line};

/// Losses by epoch, while training and on held-out documents (p. 230).
pub fn losses(figures: &Figures) -> Result<()> {
    let history = figures.run().history()?;
    let charts = [("loss", "both losses"), ("answer_loss", "answer tags"), ("question_loss", "questions")];
    let charts = charts.map(|(metric, title)| {
        let line = |metric: &str, name: &str, i: usize| {
            Line::new(name, history.metric(metric).unwrap_or_default()).color(Color::tab10(i))
        };
        Chart::new()
            .title(title)
            .with(line(metric, "training", 0))
            .with(line(&format!("val_{metric}"), "held out", 1))
            .x_label("epoch")
            .y_label("cross-entropy")
    });
    let caption = format!(
        "Losses of the question and answer generator by epoch: their sum, whether a word belongs to the answer, and the \
         question's next word (p. 230). Where the loss on held-out documents rises while that of training falls, the net \
         learns its questions by heart. Word vectors: {}.",
        QaData::vectors_of(figures.run())?
    );
    let [all, answers, questions] = &charts;
    figures.save("losses", &caption, Figure::panels(&[&[all, answers, questions]], (13.0, 4.0))?)
}
