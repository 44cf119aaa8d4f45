//! The figures of 09_01.

use anyhow::Result;
use common::cli::Figures;
use common::plot::{Chart, Color, ColorMap, Figure, HeatMap, Line};
use ndarray::Array2;

/// Features whose waves are drawn.
const SHOWN: [usize; 4] = [0, 20, 60, 120];

/// The encoding (p. 320).
pub fn encoding(figures: &Figures, encoding: &Array2<f32>) -> Result<()> {
    let caption = "The positional encoding (p. 320): each row is a position, each column a feature. Sines and cosines take turns, \
                   and their waves grow longer from left to right, so that no two rows are the same.";
    figures.save("encoding", caption, gray(encoding)?)
}

/// A random embedding.
pub fn embedding(figures: &Figures, embedding: &Array2<f32>) -> Result<()> {
    let caption = "Random numbers from 0 to 1 in place of the embeddings of words (p. 320).";
    figures.save("embedding", caption, gray(embedding)?)
}

/// Their sum.
pub fn sum(figures: &Figures, sum: &Array2<f32>) -> Result<()> {
    let caption = "The sum of both (p. 320), which a transformer reads: it knows each word and its position.";
    figures.save("sum", caption, gray(sum)?)
}

/// Some columns of the encoding.
pub fn waves(figures: &Figures, encoding: &Array2<f32>) -> Result<()> {
    let mut chart = Chart::new().x_label("position").y_label("value");
    for (i, feature) in SHOWN.into_iter().filter(|&feature| feature < encoding.ncols()).enumerate() {
        let line = Line::new(&format!("feature {feature}"), encoding.column(feature).iter().copied());
        chart = chart.with(line.color(Color::tab10(i)));
    }
    let caption = "Some columns of the encoding: sin(position / 10000^(feature / features)). A shift by some positions turns each \
                   pair of sine and cosine by the same angle anywhere, so attention can see distances.";
    figures.save("waves", caption, Figure::of(&chart, (9.0, 3.6))?)
}

fn gray(values: &Array2<f32>) -> Result<Figure> {
    let map = HeatMap::new(values.view()).map(ColorMap::Gray).x_label("feature").y_label("position").stretched();
    Figure::of(&map, (10.0, 3.4))
}
