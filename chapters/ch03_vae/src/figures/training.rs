//! The figures of every training run.

use anyhow::Result;
use common::cli::Figures;
use common::images;
use common::plot::{Chart, Figure, ImageGrid, Line};
use std::path::Path;

/// The loss curves of a run: each metric by epoch.
pub fn loss_curves(figures: &Figures, caption: &str) -> Result<()> {
    let history = figures.run().history()?;
    let epochs: Vec<f64> = (1..=history.rows.len()).map(|epoch| epoch as f64).collect();
    let mut chart = Chart::new().x_label("epoch").y_label("loss").log_y();
    for name in &history.metrics {
        let values = history.metric(name).unwrap_or_default();
        chart = chart.with(Line::xy(&name.replace('_', " "), epochs.iter().copied(), values));
    }
    figures.save("loss", caption, Figure::of(&chart, (6.4, 4.8))?)
}

/// Up to 20 of the saved sample images, evenly spaced, oldest first.
pub fn strip(figures: &Figures, caption: &str) -> Result<()> {
    let saved = figures.run().images();
    if saved.is_empty() {
        return Ok(());
    }
    let shown: Vec<_> = images::evenly(saved.len(), 20).into_iter().map(|i| &saved[i]).collect();
    let strip = shown.iter().map(|path| images::load(path)).collect::<Result<Vec<_>>>()?;
    let captions = shown.iter().map(|path| moment(path));
    let grid = ImageGrid::new(images::stacked(&strip)?.view()).columns(10).captions(captions);
    figures.save("training_strip", caption, Figure::fitted(&[&[&grid]], 10.0)?)
}

/// `img_003_00100.png` as "epoch 3", and below it "batch 100" unless it is the first.
fn moment(path: &Path) -> String {
    let stem = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
    let numbers: Vec<u32> = stem.split('_').filter_map(|part| part.parse().ok()).collect();
    match numbers[..] {
        [epoch, 0] => format!("epoch {epoch}"),
        [epoch, batch] => format!("epoch {epoch}\nbatch {batch}"),
        _ => stem.to_string(),
    }
}
