//! Heat maps: confusion matrices, attention, probabilities over time.

use std::ops::Range;

use anyhow::{Result, ensure};
use ndarray::{Array2, ArrayView2};
use plotters::element::{Rectangle, Text};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{IntoFont, RGBColor, TextStyle};

use super::area::Area;
use super::canvas::Canvas;
use super::chart::Chart;
use super::color::Color;
use super::color_bar::ColorBar;
use super::colormap::ColorMap;
use super::figure::Plot;
use super::ink::{filled, twips};
use super::mark::{Mark, Plane};
use super::shapes::Polygon;
use super::ticks::number;

/// A heat map of a matrix, its first row on top, with a colour bar. NaN and infinite values stay white.
#[derive(Clone)]
pub struct HeatMap {
    values: Array2<f32>,
    map: ColorMap,
    range: Option<(f32, f32)>,
    decimals: Option<usize>,
    x_names: Vec<String>,
    y_names: Vec<String>,
    x_label: Option<String>,
    y_label: Option<String>,
    title: Option<String>,
    bar: bool,
    stretched: bool,
    upwards: bool,
    bare: bool,
    outlines: Vec<Outline>,
}

/// A frame around some cells.
#[derive(Clone)]
struct Outline {
    rows: Range<usize>,
    columns: Range<usize>,
    color: Color,
}

impl HeatMap {
    /// A matrix of rows x columns in viridis, from its least value to its largest.
    pub fn new(values: ArrayView2<f32>) -> HeatMap {
        HeatMap {
            values: values.to_owned(),
            map: ColorMap::Viridis,
            range: None,
            decimals: None,
            x_names: Vec::new(),
            y_names: Vec::new(),
            x_label: None,
            y_label: None,
            title: None,
            bar: true,
            stretched: false,
            upwards: false,
            bare: false,
            outlines: Vec::new(),
        }
    }

    pub fn map(mut self, map: ColorMap) -> HeatMap {
        self.map = map;
        self
    }

    /// The values of the first and the last colour.
    pub fn range(mut self, from: f32, to: f32) -> HeatMap {
        self.range = Some((from, to));
        self
    }

    /// Writes each number in its cell, with this many decimals.
    pub fn numbers(mut self, decimals: usize) -> HeatMap {
        self.decimals = Some(decimals);
        self
    }

    /// The names of the columns, instead of 0, 1, 2, ...
    pub fn x_names<T: ToString>(mut self, names: impl IntoIterator<Item = T>) -> HeatMap {
        self.x_names = names.into_iter().map(|name| name.to_string()).collect();
        self
    }

    /// The names of the rows, instead of 0, 1, 2, ...
    pub fn y_names<T: ToString>(mut self, names: impl IntoIterator<Item = T>) -> HeatMap {
        self.y_names = names.into_iter().map(|name| name.to_string()).collect();
        self
    }

    /// Label of the columns.
    pub fn x_label(mut self, label: &str) -> HeatMap {
        self.x_label = Some(label.to_owned());
        self
    }

    /// Label of the rows.
    pub fn y_label(mut self, label: &str) -> HeatMap {
        self.y_label = Some(label.to_owned());
        self
    }

    /// A title above.
    pub fn title(mut self, title: &str) -> HeatMap {
        self.title = Some(title.to_owned());
        self
    }

    /// Hides the colour bar.
    pub fn no_bar(mut self) -> HeatMap {
        self.bar = false;
        self
    }

    /// Fills the available space; cells need not be square.
    pub fn stretched(mut self) -> HeatMap {
        self.stretched = true;
        self
    }

    /// Puts the first row at the bottom, as for pitches.
    pub fn upwards(mut self) -> HeatMap {
        self.upwards = true;
        self
    }

    /// No axes: only the cells, the title, and the label of x as a caption below.
    pub fn bare(mut self) -> HeatMap {
        self.bare = true;
        self
    }

    /// A frame around the cells in these rows and columns.
    pub fn outline(mut self, rows: Range<usize>, columns: Range<usize>, color: Color) -> HeatMap {
        self.outlines.push(Outline { rows, columns, color });
        self
    }

    fn chart(&self) -> Result<Chart> {
        let (rows, columns) = self.values.dim();
        ensure!(
            rows > 0 && columns > 0,
            "a heat map needs at least one row and one column, but its array is {rows} x {columns}"
        );
        for (names, n, what) in [(&self.x_names, columns, "columns"), (&self.y_names, rows, "rows")] {
            ensure!(
                names.is_empty() || names.len() == n,
                "a heat map of {n} {what} cannot take {} names for them",
                names.len()
            );
        }
        let (bottom, top) = (rows as f64 - 0.5, -0.5);
        let (bottom, top) = if self.upwards { (top, bottom) } else { (bottom, top) };
        let mut chart = Chart::new()
            .cells(columns, rows)
            .with(self.cells()?)
            .x_range(-0.5, columns as f64 - 0.5)
            .y_range(bottom, top)
            .x_names(names(&self.x_names, columns))
            .y_names(names(&self.y_names, rows));
        if self.bare {
            chart = chart.bare();
        }
        for Outline { rows, columns, color } in &self.outlines {
            let corner = |row: usize, column: usize| (column as f32 - 0.5, row as f32 - 0.5);
            let frame = Polygon::rectangle(corner(rows.start, columns.start), corner(rows.end, columns.end));
            chart = chart.with(frame.fill(*color, 0.0).edge(*color, 2.5));
        }
        if let Some(title) = &self.title {
            chart = chart.title(title);
        }
        if let Some(label) = &self.x_label {
            chart = chart.x_label(label);
        }
        if let Some(label) = &self.y_label {
            chart = chart.y_label(label);
        }
        Ok(if self.stretched { chart } else { chart.equal() })
    }

    fn cells(&self) -> Result<Cells> {
        let finite = self.values.iter().copied().filter(|v| v.is_finite());
        let (lo, hi) = finite.fold((f32::INFINITY, f32::NEG_INFINITY), |(lo, hi), v| (lo.min(v), hi.max(v)));
        let range = self.range.unwrap_or(match lo < hi {
            true => (lo, hi),
            false if lo.is_finite() => (lo - 0.5, lo + 0.5),
            false => (0.0, 1.0),
        });
        ensure!(
            range.0.is_finite() && range.1.is_finite() && range.0 < range.1,
            "the range {} .. {} of a heat map must go from a lower to a higher number",
            range.0,
            range.1
        );
        Ok(Cells { values: self.values.clone(), map: self.map, range, decimals: self.decimals, bar: self.bar })
    }
}

/// The names at their places; without any, numbers, at most about twelve of them.
fn names(names: &[String], n: usize) -> Vec<(f64, String)> {
    if !names.is_empty() {
        return names.iter().enumerate().map(|(i, name)| (i as f64, name.clone())).collect();
    }
    let strides = (0..9).flat_map(|power| [1, 2, 5].map(|step| step * 10usize.pow(power)));
    let stride = strides.into_iter().find(|stride| n.div_ceil(*stride) <= 12).unwrap_or(n);
    (0..n).step_by(stride).map(|i| (i as f64, i.to_string())).collect()
}

impl Plot for HeatMap {
    fn draw(&self, canvas: &mut Canvas, area: Area) -> Result<()> {
        self.chart()?.draw(canvas, area)
    }

    fn size_within(&self, width: f32) -> (f32, f32) {
        match self.chart() {
            Ok(chart) => chart.size_within(width),
            Err(_) => (width, width), // reported when it is drawn
        }
    }
}

/// The coloured cells: the one in row `i` and column `j` is one unit wide and high around (j, i).
struct Cells {
    values: Array2<f32>,
    map: ColorMap,
    range: (f32, f32),
    decimals: Option<usize>,
    bar: bool,
}

impl Mark for Cells {
    fn reach(&self) -> Vec<(f64, f64)> {
        Vec::new() // the heat map sets the ranges
    }

    fn draw(&self, plane: &Plane) -> Result<()> {
        let (rows, columns) = self.values.dim();
        let cell = (plane.size.0 / columns as f32, plane.size.1 / rows as f32);
        for ((i, j), &value) in self.values.indexed_iter() {
            if !value.is_finite() {
                continue;
            }
            let (x, y) = (j as f64, i as f64);
            let color = self.map.at((value - self.range.0) / (self.range.1 - self.range.0));
            let corners = [(x - 0.5, y - 0.5), (x + 0.5, y + 0.5)];
            plane.area.draw(&Rectangle::new(corners, filled(color, 1.0)))?;
            if let Some(decimals) = self.decimals {
                let text = number(f64::from(value), decimals);
                // Ten points, or as large as the cell lets it; a digit is 0.64 of its size wide.
                let fitting = cell.0 * 0.9 / (0.64 * text.chars().count() as f32);
                let size = f64::from(twips(fitting.min(cell.1 * 0.6).min(10.0)));
                let ink = color.ink();
                let ink = RGBColor(ink.r, ink.g, ink.b);
                let style = TextStyle::from(("sans-serif", size).into_font())
                    .color(&ink)
                    .pos(Pos::new(HPos::Center, VPos::Center));
                plane.area.draw(&Text::new(text, (x, y), style))?;
            }
        }
        Ok(())
    }

    fn color_bar(&self) -> Option<ColorBar> {
        self.bar.then(|| ColorBar::values(self.map, self.range))
    }
}
