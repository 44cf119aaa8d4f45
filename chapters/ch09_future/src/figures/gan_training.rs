//! Figures that the GANs of this chapter share.

use crate::experiments::baseline::Baseline;
use crate::models::growing::Growth;
use anyhow::Result;
use common::arrays::array4;
use common::cli::Figures;
use common::images;
use common::metrics::Quality;
use common::plot::{Chart, Color, Figure, ImageGrid, Line};
use common::samples::{self, SIDE, Sheet};
use common::training::History;
use tch::Tensor;

/// Losses by epoch of so many iterations, and dashed lines between the phases of a net that grows, if it does.
///
/// # Errors
/// A file cannot be read or written.
pub fn losses(
    figures: &Figures,
    curves: &[(&str, Color)],
    steps: u64,
    phases: &[(Growth, u64)],
    caption: &str,
) -> Result<()> {
    let history = figures.run().history()?;
    let (low, high) = range(&history, curves);
    let mut chart = Chart::new().x_label(&epochs(steps)).y_label("loss").y_range(low, high);
    for pair in phases.windows(2) {
        let x = pair[0].1 as f64 / steps as f64;
        chart = chart.with(Line::xy("", [x, x], [low, high]).color(Color::GREY).width(0.6).dashed());
    }
    for (metric, color) in curves {
        let values = history.metric(metric).unwrap_or_default();
        chart = chart.with(Line::new(&metric.replace('_', " "), values).color(*color).width(0.8));
    }
    figures.save("loss", caption, Figure::of(&chart, (7.5, 5.0))?)
}

/// Sheets of samples at six moments of training, evenly spaced.
///
/// # Errors
/// None was saved, or one cannot be read.
pub fn samples(figures: &Figures, caption: &str) -> Result<()> {
    let sheets = Sheet::all(figures.run());
    let moments: Vec<u64> = images::evenly(sheets.len(), 6).into_iter().map(|i| sheets[i].iteration).collect();
    samples::samples(figures, &moments, caption)
}

/// The label of an axis of epochs.
fn epochs(steps: u64) -> String {
    match steps {
        1 => "iteration".to_string(),
        _ => format!("epoch of {steps} iterations"),
    }
}

/// The range of all values but the outermost hundredth on either side: the first losses would flatten the others.
fn range(history: &History, curves: &[(&str, Color)]) -> (f64, f64) {
    let mut values: Vec<f64> = curves.iter().filter_map(|(metric, _)| history.metric(metric)).flatten().collect();
    values.retain(|value| value.is_finite());
    values.sort_by(f64::total_cmp);
    let Some(last) = values.len().checked_sub(1) else { return (0.0, 1.0) };
    let (low, high) = (values[last / 100], values[last - last / 100]);
    let margin = (0.1 * (high - low)).max(1e-6);
    (low - margin, high + margin)
}

/// A GAN in a comparison.
#[derive(Debug)]
pub struct Compared<'a> {
    /// Its name.
    pub name: &'a str,
    /// 25 samples, `[25, side, side, 3]` in [0, 1].
    pub samples: &'a Tensor,
    /// Its quality, if it was measured.
    pub quality: Option<&'a Quality>,
    /// Iterations and seconds of its training.
    pub iterations: u64,
    /// See there.
    pub seconds: f64,
}

/// Samples of a GAN, and those of the WGAN-GP that was trained for the same time, with the numbers of both.
///
/// # Errors
/// A file cannot be written.
pub fn comparison(figures: &Figures, gan: &Compared, baseline: Option<&Baseline>) -> Result<()> {
    let grid = |title: &str, samples: &Tensor| -> Result<ImageGrid> {
        Ok(ImageGrid::new(array4(samples)?.view()).columns(SIDE as usize).gap(2.0).title(title))
    };
    let own = grid(gan.name, gan.samples)?;
    let mut caption = format!("Samples of {}", described(gan.name, gan.iterations, gan.seconds, gan.quality));
    let figure = match baseline {
        None => Figure::fitted(&[&[&own]], 7.0)?,
        Some(baseline) => {
            let Baseline { iterations, seconds, quality, .. } = baseline;
            let name = "WGAN-GP of chapter 4";
            common::device::seed(&[figures.seed(), 2]);
            let other = grid(name, &baseline.images(SIDE * SIDE))?;
            caption += &format!(", and of the {}", described(name, *iterations, *seconds, quality.as_ref()));
            Figure::fitted(&[&[&own, &other]], 12.0)?
        }
    };
    caption += ". Numbers compare with held-out images.";
    caption += with_training_images(gan.quality);
    figures.save("comparison", &caption, figure)
}

/// A sentence for captions, if the FID compares with more images than the other measures.
pub fn with_training_images(quality: Option<&Quality>) -> &'static str {
    match quality.and_then(|quality| quality.fid_real.filter(|&real| real > quality.real)) {
        Some(_) => " Where these are too few for the FID, it compares with training images, too.",
        None => "",
    }
}

/// A model in a caption: its name, how long it was trained, and what was measured.
fn described(name: &str, iterations: u64, seconds: f64, quality: Option<&Quality>) -> String {
    let mut text = format!("{name} after {iterations} iterations in {seconds:.0} s");
    if let Some(quality) = quality {
        text += &format!(" ({})", quality.in_words());
    }
    text
}
