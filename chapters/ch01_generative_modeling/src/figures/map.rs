//! Figures 1.4 to 1.6 of the book, and those of the mixtures.

use crate::models::density::{Point, Rectangle};
use crate::models::mixture::{Curve, Mixture};
use crate::models::rules::Judged;
use anyhow::Result;
use common::cli::Figures;
use common::datasets::land::Land;
use common::plot::{Chart, Color, ColorMap, Figure, Label, Line, Points, Polygon};
use ndarray::Array2;

/// Inches.
const SIZE: (f32, f32) = (9.0, 4.9);
const LAND: Color = Color::hex(0xc8c8c8);
const ORANGE: Color = Color::hex(0xff8c00);

/// Figure 1.4: the points alone.
pub fn points(figures: &Figures, points: &[Point]) -> Result<()> {
    let chart = map().with(dots(points));
    let caption = format!("{} points, drawn by an unknown rule p_data (figure 1.4). What is the rule?", points.len());
    figures.save("points", &caption, Figure::of(&chart, SIZE)?)
}

/// Figure 1.5: the points and the rectangle.
pub fn model(figures: &Figures, points: &[Point], model: &Rectangle) -> Result<()> {
    let chart = map().with(orange(model, 0.2)).with(dots(points));
    let caption = "The same points and the rectangle of maximum likelihood, p_model: the smallest that holds them all \
                   (figure 1.5).";
    figures.save("rectangle", caption, Figure::of(&chart, SIZE)?)
}

/// Figure 1.6: the truth, and three generated points.
pub fn rules(
    figures: &Figures,
    land: &Land,
    points: &[Point],
    model: &Rectangle,
    judged: &[Option<Judged>; 3],
) -> Result<()> {
    let mut chart = earth(land, map()).with(orange(model, 0.12));
    let colors = [Color::tab10(3), Color::tab10(0), Color::hex(0x0a7d32)];
    for ((name, color), judged) in ["A", "B", "C"].into_iter().zip(colors).zip(judged) {
        if let Some(Judged { point, .. }) = judged {
            chart = chart.with(Points::new(array(&[*point]).view()).color(color).size(55.0));
            chart = chart.with(Label::new(name, (point[0], point[1])).color(color).size(17.0));
        }
    }
    // On top, so that the one that B copies is seen.
    let chart = chart.with(dots(points));
    let caption = "The truth: p_data is uniform over the land of the Earth (grey). Three samples of the rectangle, found \
                   and judged by the program: A lies in the sea and breaks rule 1, B is nearly a data point and breaks \
                   rule 2, C is on land and new, a success (figure 1.6).";
    figures.save("rules", caption, Figure::of(&chart, SIZE)?)
}

/// Log-likelihood per point against the number of rectangles.
pub fn curve(figures: &Figures, curve: &Curve, truth: f64) -> Result<()> {
    let best = curve.best().components.len();
    let k = || (1..=curve.mixtures.len()).map(|k| k as f64);
    let ends = [1.0, curve.mixtures.len() as f64];
    let at_best = [(best as f32, curve.held_out[best - 1] as f32)];
    let chart = Chart::new()
        .with(Line::xy("fitted points", k(), curve.fitted.iter().copied()))
        .with(Line::xy("held-out points", k(), curve.held_out.iter().copied()))
        .with(Line::xy("the truth: log(1 / area of the land)", ends, [truth, truth]).color(Color::GREY).dashed())
        .with(Points::new(Array2::from(at_best.map(|(k, value)| [k, value]).to_vec()).view()).color(Color::tab10(1)))
        .log_x()
        .x_label("rectangles")
        .y_label("log-likelihood per point");
    let caption = format!(
        "Mixtures of rectangles, fitted to {} points by cutting greedily: the fitted points grow ever likelier, beyond \
         the truth, but {} held-out points do so only up to {best} rectangles. From there on the model learns its data \
         by heart.",
        curve.points[0], curve.points[1]
    );
    figures.save("held_out", &caption, Figure::of(&chart, (7.0, 4.8))?)
}

/// The best mixture and samples of it.
pub fn mixture(figures: &Figures, land: &Land, mixture: &Mixture, samples: &[Point], on_land: f64) -> Result<()> {
    let log_density = |(log_weight, rectangle): &(f64, Rectangle)| log_weight - rectangle.area().ln();
    let values: Vec<f64> = mixture.components.iter().map(log_density).collect();
    let low = values.iter().copied().fold(f64::INFINITY, f64::min);
    let high = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let mut left = map().title(&format!("density of {} rectangles", values.len()));
    for ((_, rectangle), value) in mixture.components.iter().zip(&values) {
        let share = if high > low { (value - low) / (high - low) } else { 1.0 };
        left = left.with(polygon(rectangle).fill(white_to_orange(share as f32), 1.0).edge(Color::GREY, 0.3));
    }
    for ring in land.polygons.iter().flat_map(|polygon| &polygon.rings) {
        left = left.with(Polygon::new(array(ring).view()).fill(Color::BLACK, 0.0).edge(Color::BLACK, 0.5));
    }
    let shown = &samples[..samples.len().min(1000)];
    let right = earth(land, map().title("samples")).with(dots(shown).size(3.0).color(ORANGE));
    let caption = format!(
        "The mixture under which held-out points are likeliest: its density from white (low) to orange (high) with the \
         coasts drawn over it, and {} samples; {:.0} % of all its samples are on land.",
        shown.len(),
        100.0 * on_land
    );
    figures.save("mixture", &caption, Figure::fitted(&[&[&left], &[&right]], 8.0)?)
}

fn white_to_orange(share: f32) -> Color {
    let mix = |white: u8, orange: u8| (f32::from(white) + share * (f32::from(orange) - f32::from(white))) as u8;
    let (white, full) = (ColorMap::Binary.at(0.0), ORANGE);
    Color::new(mix(white.r, full.r), mix(white.g, full.g), mix(white.b, full.b))
}

/// An empty map of the Earth.
fn map() -> Chart {
    let degrees = |at: &f64| (*at, format!("{}°", *at as i64).replace('-', "−"));
    let longitudes = [-180.0, -120.0, -60.0, 0.0, 60.0, 120.0, 180.0];
    Chart::new()
        .equal()
        .x_range(-180.0, 180.0)
        .y_range(-90.0, 90.0)
        .x_names(longitudes.iter().map(degrees))
        .y_names([-90.0, -45.0, 0.0, 45.0, 90.0].iter().map(degrees))
        .x_label("x1")
        .y_label("x2")
}

/// The land in grey; holes are drawn over it in white.
fn earth(land: &Land, mut chart: Chart) -> Chart {
    for polygon in &land.polygons {
        for (i, ring) in polygon.rings.iter().enumerate() {
            let color = if i == 0 { LAND } else { Color::WHITE };
            chart = chart.with(Polygon::new(array(ring).view()).fill(color, 1.0));
        }
    }
    chart
}

fn orange(rectangle: &Rectangle, alpha: f32) -> Polygon {
    polygon(rectangle).fill(ORANGE, alpha).edge(ORANGE, 2.0)
}

fn polygon(Rectangle { low, high }: &Rectangle) -> Polygon {
    Polygon::rectangle((low[0] as f32, low[1] as f32), (high[0] as f32, high[1] as f32))
}

fn dots(points: &[Point]) -> Points {
    Points::new(array(points).view()).color(Color::BLACK).size(14.0)
}

/// `[n, 2]`.
fn array(points: &[Point]) -> Array2<f32> {
    Array2::from_shape_fn((points.len(), 2), |(i, j)| points[i][j] as f32)
}
