//! Curves: losses over epochs, functions.

use std::ops::Range;

use anyhow::{Result, ensure};
use plotters::element::{DashedPathElement, PathElement};

use super::color::Color;
use super::ink::{stroked, twips};
use super::mark::{Key, Mark, Plane, Sample};
use super::pen::Pen;

/// A line through points. It breaks where a value is NaN or infinite (or, on a logarithmic axis, not above 0).
pub struct Line {
    label: String,
    xs: Vec<f64>,
    ys: Vec<f64>,
    color: Option<Color>,
    width: f32,
    dashed: bool,
}

/// Lengths of dash and gap, in points.
const DASH: [f32; 2] = [5.5, 2.4];

impl Line {
    /// One value per epoch or step: x counts 1, 2, 3, ... The legend shows the label unless it is empty.
    pub fn new<T: Into<f64>>(label: &str, ys: impl IntoIterator<Item = T>) -> Line {
        let ys: Vec<f64> = ys.into_iter().map(Into::into).collect();
        let xs = (1..=ys.len()).map(|i| i as f64).collect();
        Line { label: label.to_owned(), xs, ys, color: None, width: 1.5, dashed: false }
    }

    /// A line through points with these x and y, equally many.
    pub fn xy<T: Into<f64>, U: Into<f64>>(
        label: &str,
        xs: impl IntoIterator<Item = T>,
        ys: impl IntoIterator<Item = U>,
    ) -> Line {
        Line { xs: xs.into_iter().map(Into::into).collect(), ..Line::new(label, ys) }
    }

    /// The graph of a function over a range of x.
    pub fn function(label: &str, over: Range<f64>, f: impl Fn(f64) -> f64) -> Line {
        const STEPS: usize = 400;
        let span = over.end - over.start;
        let x = |i: usize| over.start + span * i as f64 / STEPS as f64;
        let xs: Vec<f64> = (0..=STEPS).map(x).collect();
        let ys: Vec<f64> = xs.iter().map(|&x| f(x)).collect();
        Line::xy(label, xs, ys)
    }

    /// Its colour; by default, each line of a chart gets another one.
    pub fn color(mut self, color: Color) -> Line {
        self.color = Some(color);
        self
    }

    /// Its width in points; 1.5 by default.
    pub fn width(mut self, width: f32) -> Line {
        self.width = width;
        self
    }

    /// A dashed line.
    pub fn dashed(mut self) -> Line {
        self.dashed = true;
        self
    }

    fn color_in_use(&self) -> Color {
        self.color.unwrap_or(Color::BLACK)
    }

    fn points(&self) -> impl Iterator<Item = (f64, f64)> {
        self.xs.iter().copied().zip(self.ys.iter().copied())
    }
}

impl Mark for Line {
    fn check(&self) -> Result<()> {
        ensure!(
            self.xs.len() == self.ys.len(),
            "the line {:?} has {} values of x but {} of y",
            self.label,
            self.xs.len(),
            self.ys.len()
        );
        Ok(())
    }

    fn reach(&self) -> Vec<(f64, f64)> {
        let finite = |&(x, y): &(f64, f64)| x.is_finite() && y.is_finite();
        self.points().filter(finite).collect()
    }

    fn draw(&self, plane: &Plane) -> Result<()> {
        let style = stroked(self.color_in_use(), 1.0, self.width);
        for run in plane.line(self.points()) {
            if self.dashed {
                let [dash, gap] = DASH.map(|length| twips(length * self.width.max(0.5) / 1.5));
                plane.area.draw(&DashedPathElement::new(run, dash, gap, style))?;
            } else {
                plane.area.draw(&PathElement::new(run, style))?;
            }
        }
        Ok(())
    }

    fn take_turn(&mut self, color: Color) -> bool {
        let free = self.color.is_none();
        self.color.get_or_insert(color);
        free
    }

    fn key(&self) -> Option<Key> {
        let pen = Pen { dash: self.dashed.then_some(DASH), ..Pen::new(self.color_in_use(), self.width) };
        (!self.label.is_empty()).then(|| Key { label: self.label.clone(), sample: Sample::Line(pen) })
    }
}
