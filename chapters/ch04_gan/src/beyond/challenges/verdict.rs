//! The four problems in numbers: `challenges.csv`.

use super::statistics::{detrended_std, rank_correlation};
use super::{Outcome, Outcomes};
use anyhow::{Context as _, Result};
use common::{files, say};
use serde::Serialize;
use std::path::Path;

/// One quantity in a run that should show a problem, and in a reference run.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Line {
    /// The problem, in the book's words.
    pub problem: &'static str,
    /// The quantity.
    pub quantity: String,
    /// The run that should show the problem.
    pub run: String,
    /// Its value.
    pub value: f64,
    /// The reference run.
    pub beside: String,
    /// Its value.
    pub value_beside: f64,
}

/// All quantities.
pub fn verdict(all: &Outcomes) -> Vec<Line> {
    let line = |problem, quantity: &str, run: &Outcome, beside: &Outcome, of: &dyn Fn(&Outcome) -> f64| Line {
        problem,
        quantity: quantity.to_string(),
        run: run.setup.title.clone(),
        value: of(run),
        beside: beside.setup.title.clone(),
        value_beside: of(beside),
    };
    let (gan, wgangp, extra_steps) = (all.gan(), all.wgangp(), all.extra_steps());
    let [large_rates, _] = all.changed(all.config.changes()[0]);
    let mut lines = vec![
        line("oscillating loss", "detrended standard deviation of the generator loss", large_rates, gan, &|run| {
            detrended_std(&run.loss("g_loss"))
        }),
        line("oscillating loss", "detrended standard deviation of the discriminator loss", large_rates, gan, &|run| {
            detrended_std(&run.loss("d_loss"))
        }),
        line("mode collapse", "pairwise distance of samples, relative to real drawings", extra_steps, wgangp, &|run| {
            run.last.pairwise_distance
        }),
        line("mode collapse", "effective number of categories (of 10)", extra_steps, wgangp, &|run| {
            run.last.effective_categories
        }),
        Line {
            problem: "uninformative loss",
            quantity: "rank correlation of the loss with the Fréchet distance".to_string(),
            run: format!("{}, generator loss", gan.setup.title),
            value: loss_and_quality(gan),
            beside: format!("{}, negated critic loss", wgangp.setup.title),
            value_beside: loss_and_quality(wgangp),
        },
    ];
    for change in all.config.changes() {
        let [gan, wgangp] = all.changed(change);
        let quantity = format!("Fréchet distance: {}", change.title());
        lines.push(line("hyper-parameters", &quantity, gan, wgangp, &|run| run.last.frechet_distance));
    }
    lines.push(line("hyper-parameters", "Fréchet distance: unchanged", gan, wgangp, &|run| run.last.frechet_distance));
    lines
}

/// The loss that should indicate quality, at each measurement: the generator loss of a GAN; the negated critic loss of
/// a Wasserstein GAN, which estimates the distance between real and generated images.
pub fn telling_loss(run: &Outcome) -> Vec<f64> {
    match run.history.metric("gradient_penalty") {
        None => run.loss_by_measure("g_loss"),
        Some(_) => run.loss_by_measure("d_loss").iter().map(|loss| -loss).collect(),
    }
}

/// Rank correlation of that loss with the Fréchet distance: 1 if the loss falls whenever samples improve, 0 if
/// unrelated.
pub fn loss_and_quality(run: &Outcome) -> f64 {
    rank_correlation(&telling_loss(run), &run.measures.column(|measure| measure.frechet_distance))
}

/// Writes the table.
pub(super) fn write(lines: &[Line], path: &Path) -> Result<()> {
    let mut csv = csv::Writer::from_writer(vec![]);
    lines.iter().try_for_each(|line| csv.serialize(line))?;
    files::write(path, &csv.into_inner().context("cannot write the table of problems")?)
}

/// Prints the table.
pub(super) fn tell(lines: &[Line]) {
    say!("");
    for of_problem in lines.chunk_by(|a, b| a.problem == b.problem) {
        say!("{}", of_problem[0].problem);
        for Line { quantity, run, value, beside, value_beside, .. } in of_problem {
            say!("  {quantity}: {value:.3} ({run}); {value_beside:.3} ({beside})");
        }
    }
}
