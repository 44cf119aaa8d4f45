//! The figures of 07_02.

use crate::experiments::lstm_compose::saved_score;
use anyhow::Result;
use common::cli::Figures;
use common::images;
use common::music::engrave::Layout;
use common::plot::{Chart, Color, Engraved, Figure, Line, Plot, Prose};

/// Bars of a score in the figure of several epochs.
const BARS: usize = 6;

/// Losses by epoch: on the windows that the net learns, and on those held out (p. 246).
pub fn loss(figures: &Figures) -> Result<()> {
    let history = figures.run().history()?;
    let chart = |title: &str, metric: &str| {
        let line = |name: &str, metric: &str, color| {
            let values = history.metric(metric).unwrap_or_default();
            Line::xy(name, (1..=values.len()).map(|epoch| epoch as f64), values).color(Color::tab10(color))
        };
        Chart::new()
            .with(line("trained on", metric, 0))
            .with(line("held out", &format!("val_{metric}"), 1))
            .title(title)
            .x_label("epoch")
            .y_label("cross-entropy")
    };
    let charts = [chart("both", "loss"), chart("pitch", "pitch_loss"), chart("duration", "duration_loss")];
    let val = history.metric("val_loss").unwrap_or_default();
    let best = val.iter().enumerate().min_by(|a, b| a.1.total_cmp(b.1)).map_or(0, |(i, _)| i + 1);
    let caption = format!(
        "Cross-entropy of the next pitch and of its duration by epoch, and their sum. On the last fifth of the windows, which \
         is held out, it is lowest after epoch {best}: from there on the net learns its pieces by heart."
    );
    figures.save("loss", &caption, Figure::grid(&charts, 3, (13.0, 4.2))?)
}

/// What was composed after some epochs (p. 247).
pub fn through_training(figures: &Figures) -> Result<()> {
    let epochs = figures.run().history()?.rows.len();
    let mut panels: Vec<Box<dyn Plot>> = vec![];
    let (mut last, layout) = (None, Layout { bars: 0..BARS, ..Layout::default() });
    for place in images::evenly(epochs, 4) {
        let epoch = place as u64 + 1;
        let (title, score) = (format!("epoch {epoch}"), saved_score(figures.run(), epoch)?);
        panels.push(match &score {
            None => Box::new(Prose::new(&format!("{title}: the piece ended before its first note"))),
            Some(score) => Box::new(Engraved::from_score(score, &layout)?.title(&title)),
        });
        last = score.or(last);
    }
    let rows: Vec<[&dyn Plot; 1]> = panels.iter().map(|panel| [panel.as_ref()]).collect();
    let rows: Vec<&[&dyn Plot]> = rows.iter().map(|row| &row[..]).collect();
    let caption = format!(
        "Music composed from the beginning of a piece on after some epochs, its first {BARS} bars (p. 247). The sound is that \
         of the last one; `scores/` in the run folder has the MIDI file of every epoch."
    );
    let figure = Figure::fitted(&rows, 10.0)?;
    match last {
        Some(score) => figures.save_with_sound("through_training", &caption, figure, &score),
        None => figures.save("through_training", &caption, figure),
    }
}
