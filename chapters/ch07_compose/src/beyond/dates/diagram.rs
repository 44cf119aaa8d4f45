//! The explanatory figure: an encoder and a decoder without attention, and with it.

use anyhow::Result;
use common::cli::Figures;
use common::plot::{Chart, Color, Figure, Label, Line, Polygon};

/// Width of the whole figure in inches, and of a panel in units of its axes.
const WIDTH: f32 = 12.0;
const UNITS: f64 = 11.0;
/// A unit of the axes in points, nearly.
const POINTS: f64 = WIDTH as f64 * 72.0 / 2.0 / UNITS;

/// Half the side of a box.
const HALF: f64 = 0.42;
/// What is read, from left to right, and how much of the context comes from it in the figure.
const READ: [(&str, f64); 5] = [("9", 0.05), ("may", 0.10), ("19", 0.65), ("98", 0.15), ("end", 0.05)];
/// What is written.
const WRITTEN: [&str; 3] = ["1", "9", "9"];

const ENCODER: Color = Color::tab10(0);
const DECODER: Color = Color::tab10(2);
const ATTENTION: Color = Color::tab10(1);

/// The heights of the rows.
const INPUT_ROW: f64 = 0.5;
const ENCODER_ROW: f64 = 1.8;
const CONTEXT_ROW: f64 = 4.0;
const DECODER_ROW: f64 = 5.6;
const OUTPUT_ROW: f64 = 6.9;

/// Draws it as a figure of a run.
///
/// # Errors
/// A file cannot be written.
pub fn draw(figures: &Figures) -> Result<()> {
    let caption = "An encoder and a decoder (pp. 254-257). Left, without attention: the last state of the encoder is all that the \
                   decoder gets. Right, with attention: before each character the decoder's state is compared with all \
                   states of the encoder; their weighted mean is the context, the input of the next step. The weights \
                   here are invented; the figure \"alignment\" shows those of the trained net.";
    figures.save("diagram", caption, figure()?)
}

/// Both panels.
///
/// # Errors
/// They cannot be drawn.
pub fn figure() -> Result<Figure> {
    let (without, with) = (without_attention(), with_attention());
    Figure::panels(&[&[&without, &with]], (WIDTH, 4.6))
}

fn without_attention() -> Chart {
    let mut chart = encoder(panel("without attention"), false);
    for i in 1..READ.len() {
        chart = arrow(chart, beside(read_at(i - 1), ENCODER_ROW, 1.0), beside(read_at(i), ENCODER_ROW, -1.0));
    }
    // From the last state of the encoder round to the first one of the decoder.
    let last = read_at(READ.len() - 1);
    let middle = (ENCODER_ROW + DECODER_ROW) / 2.0;
    let first = written_at(0);
    chart = line(chart, &[(last, ENCODER_ROW + HALF), (last, middle), (first, middle)], ENCODER, 1.6);
    chart = arrow(chart, (first, middle), (first, DECODER_ROW - HALF));
    chart = note(chart, "the last state", (last - 2.6, middle + 0.1));
    decoder(chart)
}

fn with_attention() -> Chart {
    let mut chart = encoder(panel("with attention"), true);
    for i in 1..READ.len() {
        let (left, right) = (read_at(i - 1) + HALF, read_at(i) - HALF);
        chart = arrow(chart, (left, ENCODER_ROW + 0.18), (right, ENCODER_ROW + 0.18));
        chart = arrow(chart, (right, ENCODER_ROW - 0.18), (left, ENCODER_ROW - 0.18));
    }
    // The context of the second step.
    let (step, before) = (written_at(1), written_at(0));
    for (i, (_, weight)) in READ.into_iter().enumerate() {
        let (from, to) = ((read_at(i), ENCODER_ROW + HALF), (step, CONTEXT_ROW - HALF));
        chart = line(chart, &[from, to], ATTENTION, 0.6 + 6.0 * weight as f32);
        // On the side of the line where nothing is.
        let beside = if from.0 < to.0 { -0.85 } else { 0.1 };
        chart = note(chart, &format!("{weight:.2}"), (from.0 + beside, from.1 + 0.12));
    }
    chart = square(chart, (step, CONTEXT_ROW), ATTENTION, "Σ");
    chart = note(chart, "context: the states' weighted mean", (step + HALF, CONTEXT_ROW - 0.15));
    chart = arrow(chart, (step, CONTEXT_ROW + HALF), (step, DECODER_ROW - HALF));
    // The state before it decides where to look.
    chart = chart.with(dashed(&[(before, DECODER_ROW - HALF), (before, CONTEXT_ROW), (step - HALF, CONTEXT_ROW)]));
    chart = note(chart, "where to look?", (before - 2.15, CONTEXT_ROW + 0.45));
    decoder(chart)
}

fn panel(title: &str) -> Chart {
    Chart::new().title(title).bare().equal().x_range(-1.2, UNITS - 1.2).y_range(0.0, 7.6)
}

/// Where the i-th thing that is read stands.
fn read_at(i: usize) -> f64 {
    1.4 + 1.6 * i as f64
}

/// Where the i-th thing that is written stands.
fn written_at(i: usize) -> f64 {
    2.4 + 2.2 * i as f64
}

/// The edge of a box on the left (-1) or on the right (1).
fn beside(x: f64, y: f64, side: f64) -> (f64, f64) {
    (x + side * HALF, y)
}

fn encoder(mut chart: Chart, both: bool) -> Chart {
    for (i, (text, _)) in READ.into_iter().enumerate() {
        let x = read_at(i);
        chart = centred(chart, text, (x, INPUT_ROW), 10.0);
        chart = arrow(chart, (x, INPUT_ROW + 0.3), (x, ENCODER_ROW - HALF));
        chart = square(chart, (x, ENCODER_ROW), ENCODER, &format!("h{}", i + 1));
    }
    let kind = if both { "encoder,\nboth ways" } else { "encoder" };
    side_note(chart, kind, ENCODER_ROW)
}

fn decoder(mut chart: Chart) -> Chart {
    for (i, text) in WRITTEN.into_iter().enumerate() {
        let x = written_at(i);
        chart = square(chart, (x, DECODER_ROW), DECODER, &format!("s{}", i + 1));
        chart = arrow(chart, (x, DECODER_ROW + HALF), (x, OUTPUT_ROW - 0.3));
        chart = centred(chart, text, (x, OUTPUT_ROW), 10.0);
        if i > 0 {
            chart = arrow(chart, beside(written_at(i - 1), DECODER_ROW, 1.0), beside(x, DECODER_ROW, -1.0));
        }
    }
    let end = written_at(WRITTEN.len() - 1) + HALF;
    chart = arrow(chart, (end, DECODER_ROW), (end + 1.0, DECODER_ROW));
    chart = centred(chart, "...", (end + 1.4, DECODER_ROW), 10.0);
    side_note(chart, "decoder", DECODER_ROW)
}

/// A box with a word in it.
fn square(chart: Chart, (x, y): (f64, f64), color: Color, word: &str) -> Chart {
    let corner = |side: f64| ((x + side * HALF) as f32, (y + side * HALF) as f32);
    let shape = Polygon::rectangle(corner(-1.0), corner(1.0)).fill(color, 0.18).edge(color, 1.2);
    centred(chart.with(shape), word, (x, y), 10.0)
}

fn line(chart: Chart, points: &[(f64, f64)], color: Color, width: f32) -> Chart {
    chart.with(path(points).color(color).width(width))
}

fn dashed(points: &[(f64, f64)]) -> Line {
    path(points).color(DECODER).width(1.2).dashed()
}

fn path(points: &[(f64, f64)]) -> Line {
    Line::xy("", points.iter().map(|point| point.0), points.iter().map(|point| point.1))
}

/// A line with a head at its end.
fn arrow(chart: Chart, from: (f64, f64), to: (f64, f64)) -> Chart {
    const HEAD: f64 = 0.16;
    let length = (to.0 - from.0).hypot(to.1 - from.1);
    let (along, across) = (
        ((to.0 - from.0) / length * HEAD, (to.1 - from.1) / length * HEAD),
        ((to.1 - from.1) / length * HEAD * 0.5, (from.0 - to.0) / length * HEAD * 0.5),
    );
    let base = (to.0 - along.0, to.1 - along.1);
    let corner = |x: f64, y: f64| [x as f32, y as f32];
    let head = ndarray::arr2(&[
        corner(to.0, to.1),
        corner(base.0 + across.0, base.1 + across.1),
        corner(base.0 - across.0, base.1 - across.1),
    ]);
    line(chart, &[from, base], Color::GREY, 1.0).with(Polygon::new(head.view()).fill(Color::GREY, 1.0))
}

/// A word whose middle is at a point. A letter of DejaVu Sans is about 0.6 of its size wide.
fn centred(chart: Chart, word: &str, (x, y): (f64, f64), size: f32) -> Chart {
    let width = 0.6 * word.chars().count() as f64 + 2.0 * BLANK;
    let unit = f64::from(size) / POINTS;
    chart.with(Label::new(word, (x - width / 2.0 * unit, y - 0.45 * unit)).size(size))
}

/// Room in front of a label, as a share of its size.
const BLANK: f64 = 0.32;

/// A small remark to the right of a point.
fn note(chart: Chart, text: &str, at: (f64, f64)) -> Chart {
    chart.with(Label::new(text, at).size(8.0).color(Color::GREY))
}

/// What a row is, at its left.
fn side_note(chart: Chart, text: &str, y: f64) -> Chart {
    let mut chart = chart;
    for (i, part) in text.split('\n').enumerate() {
        chart = chart.with(Label::new(part, (-1.2, y - 0.15 - 0.4 * i as f64)).size(8.0));
    }
    chart
}
