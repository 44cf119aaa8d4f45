//! The figures of 09_04 about training and sparse attention.

use crate::experiments::sparse_timing::{Timed, Timing};
use crate::models::sparse_attention::{Pattern, Sparse};
use anyhow::Result;
use common::cli::Figures;
use common::plot::{Chart, Color, ColorMap, Figure, HeatMap, Line};
use ndarray::Array2;
use tch::Device;

/// Tokens in the figure of the masks, and their blocks, as in the paper's figure 3.
const TOKENS: i64 = 36;
const BLOCK: i64 = 6;
const SUMMARY: i64 = 1;

/// Losses by epoch.
pub fn loss(figures: &Figures) -> Result<()> {
    let history = figures.run().history()?;
    let line = |name: &str, metric: &str, color| {
        Line::new(name, history.metric(metric).unwrap_or_default()).color(Color::tab10(color))
    };
    let chart = Chart::new()
        .with(line("trained on", "loss", 0))
        .with(line("held out", "val_loss", 1))
        .x_label("epoch")
        .y_label("cross-entropy of the next event");
    let caption =
        "Cross-entropy of the next event by epoch, in nats: of the pieces that the net learns, and of those held out.";
    figures.save("loss", caption, Figure::of(&chart, (6.4, 4.8))?)
}

/// What each token sees, in the three patterns (Child et al., figure 3).
pub fn masks(figures: &Figures) -> Result<()> {
    let patterns = [(Pattern::Dense, "dense"), (Pattern::Strided, "strided"), (Pattern::Fixed, "fixed")];
    let mut maps = vec![];
    for (pattern, name) in patterns {
        let sparse = Sparse { pattern, block: BLOCK, summary: SUMMARY };
        let seen = Vec::<Vec<bool>>::try_from(sparse.seen(TOKENS, Device::Cpu))?;
        let (row_and_column, size) = (|(i, j): (usize, usize)| shade(&seen, sparse, i, j), TOKENS as usize);
        let cells = Array2::from_shape_fn((size, size), row_and_column);
        let map = HeatMap::new(cells.view()).map(ColorMap::Binary).range(0.0, 1.0).no_bar();
        let map = map.x_label("key").y_label("query").title(&format!(
            "{name}, {} of {} pairs",
            pairs(&seen),
            TOKENS * TOKENS
        ));
        maps.push(map);
    }
    let caption = format!(
        "What each of {TOKENS} tokens sees (Child et al., 2019, figure 3): rows are queries, columns keys. Black is the token \
         itself, dark its neighbourhood, and light what lies further back, every {BLOCK}th token or the last one of each block \
         of {BLOCK}."
    );
    figures.save("masks", &caption, Figure::grid(&maps, 3, (13.0, 4.8))?)
}

/// The grey of a pair: of the token itself, of one of its neighbourhood, of one further back, of one that it does not see.
fn shade(seen: &[Vec<bool>], sparse: Sparse, i: usize, j: usize) -> f32 {
    let block = sparse.block as usize;
    let is_near = match sparse.pattern {
        Pattern::Dense | Pattern::Strided => i.abs_diff(j) <= block,
        Pattern::Fixed => i / block == j / block,
    };
    match (seen[i][j], is_near) {
        (false, _) => 0.0,
        (true, _) if i == j => 1.0,
        (true, true) => 0.65,
        (true, false) => 0.3,
    }
}

fn pairs(seen: &[Vec<bool>]) -> usize {
    seen.iter().flatten().filter(|seen| **seen).count()
}

/// Time and memory of attention by the length of a sequence.
pub fn sparse_and_dense(figures: &Figures, timings: &[Timing]) -> Result<()> {
    let chart = |title: &str, label: &str, value: &dyn Fn(&Timing) -> Option<f64>| {
        let mut chart = Chart::new().title(title).x_label("tokens").y_label(label).log_x().log_y().grid();
        for (color, (form, name)) in FORMS.into_iter().enumerate() {
            let of_form = timings.iter().filter(|timing| timing.form == form);
            let points: Vec<(f64, f64)> =
                of_form.filter_map(|timing| Some((timing.length as f64, value(timing)?))).collect();
            if !points.is_empty() {
                let (x, y): (Vec<f64>, Vec<f64>) = points.into_iter().unzip();
                chart = chart.with(Line::xy(name, x, y).color(Color::tab10(color)));
            }
        }
        chart
    };
    let charts = [
        chart("time", "milliseconds, forward and back", &|timing| Some(timing.ms)),
        chart("memory", "megabytes of attention weights", &|timing| timing.megabytes),
    ];
    let caption = "A step of attention alone, forward and back, by the length of a sequence: dense as it is written, dense in \
                   libtorch's call, which keeps no weights, and sparse with blocks near the root of the length. The time is \
                   the median of a few steps on this machine; the memory is counted, as the weights that are kept for the way \
                   back.";
    figures.save("sparse_and_dense", caption, Figure::grid(&charts, 2, (11.0, 4.8))?)
}

/// The forms by their names.
const FORMS: [(Timed, &str); 4] = [
    (Timed::Written, "dense, as written"),
    (Timed::Fused, "dense, in one call"),
    (Timed::Strided, "strided"),
    (Timed::Fixed, "fixed"),
];
