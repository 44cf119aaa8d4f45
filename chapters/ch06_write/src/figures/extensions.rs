//! The figures of 06_04.

use crate::experiments::text_extensions::Compared;
use anyhow::Result;
use common::cli::Figures;
use common::plot::{Chart, Color, Figure, Line, Table};
use common::say;

/// Parameters, loss, and perplexity of each net.
pub fn table(figures: &Figures, all: &[Compared]) -> Result<()> {
    let mut table =
        Table::new(["net", "parameters", "training loss", "perplexity", "held-out perplexity", "at its best"]);
    for net in all {
        let [loss, held_out] = ["loss", "val_loss"].map(|name| net.history.metric(name).unwrap_or_default());
        let last = |values: &[f64]| values.last().copied().unwrap_or(f64::NAN);
        let best = held_out.iter().copied().fold(f64::INFINITY, f64::min);
        let numbers = [last(&loss).exp(), last(&held_out).exp(), best.exp()].map(|n| format!("{n:.0}"));
        let [trained, held_out, best] = numbers;
        say!("{}: {} parameters, held-out perplexity {held_out}", net.name, net.parameters);
        let parameters = net.parameters.to_string();
        table = table.row([net.name.to_string(), parameters, format!("{:.3}", last(&loss)), trained, held_out, best]);
    }
    let caption = "The book's extensions of the LSTM (pp. 216-220), trained equally long. Perplexity is the exponential of \
                   the loss: a model of perplexity 100 is as unsure as if it chose from 100 words. A tenth of the stories \
                   is held out, with words among them that no net has seen; \"at its best\" is the lowest perplexity on \
                   them after an epoch.";
    figures.save("extensions", caption, Figure::fitted(&[&[&table]], 9.0)?)
}

/// Training loss and held-out perplexity by epoch.
pub fn perplexity(figures: &Figures, all: &[Compared]) -> Result<()> {
    let mut training = Chart::new().title("training").x_label("epoch").y_label("cross-entropy");
    let mut held_out = Chart::new().title("held-out stories").x_label("epoch").y_label("perplexity").log_y();
    for (i, net) in all.iter().enumerate() {
        let [loss, of_held_out] = ["loss", "val_loss"].map(|name| net.history.metric(name).unwrap_or_default());
        let line = |values: Vec<f64>| Line::new(net.name, values).color(Color::tab10(i));
        training = training.with(line(loss));
        held_out = held_out.with(line(of_held_out.into_iter().map(f64::exp).collect()));
    }
    let caption = "Training loss by epoch, and perplexity on stories that were held out. Where the second rises while the \
                   first falls, a net learns the stories by heart.";
    figures.save("perplexity", caption, Figure::panels(&[&[&training, &held_out]], (11.0, 4.4))?)
}
