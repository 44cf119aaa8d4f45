//! Shapes and labels on two axes.

use anyhow::{Result, ensure};
use ndarray::{Array2, ArrayView2};
use plotters::element::{PathElement, Polygon as Filled, Text};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{IntoFont, RGBColor, TextStyle};

use super::color::Color;
use super::ink::{filled, stroked, twips};
use super::mark::{Mark, Plane};

/// A closed shape, filled or only outlined.
pub struct Polygon {
    corners: Array2<f32>,
    fill: Option<(Color, f32)>,
    edge: Option<(Color, f32)>,
}

impl Polygon {
    /// A shape with these corners (n x 2: x and y), light grey by default.
    pub fn new(corners: ArrayView2<f32>) -> Polygon {
        Polygon { corners: corners.to_owned(), fill: Some((Color::LIGHT_GREY, 1.0)), edge: None }
    }

    /// The rectangle between two opposite corners.
    pub fn rectangle((x0, y0): (f32, f32), (x1, y1): (f32, f32)) -> Polygon {
        Polygon::new(ndarray::arr2(&[[x0, y0], [x1, y0], [x1, y1], [x0, y1]]).view())
    }

    /// Filled with a colour, opaque from 0 (only its edge shows) to 1.
    pub fn fill(mut self, color: Color, alpha: f32) -> Polygon {
        self.fill = Some((color, alpha));
        self
    }

    /// Outlined in a colour; width in points.
    pub fn edge(mut self, color: Color, width: f32) -> Polygon {
        self.edge = Some((color, width));
        self
    }

    fn places(&self) -> impl Iterator<Item = (f64, f64)> {
        let rows = self.corners.rows().into_iter();
        rows.filter_map(|row| Some((f64::from(*row.get(0)?), f64::from(*row.get(1)?))))
    }
}

impl Mark for Polygon {
    fn check(&self) -> Result<()> {
        let (n, columns) = self.corners.dim();
        ensure!(columns == 2, "the corners of a shape need two columns, x and y, but their array is {n} x {columns}");
        Ok(())
    }

    fn reach(&self) -> Vec<(f64, f64)> {
        self.places().collect()
    }

    fn draw(&self, plane: &Plane) -> Result<()> {
        let mut corners: Vec<_> = self.places().filter_map(|(x, y)| plane.place(x, y)).collect();
        if let Some((color, alpha)) = self.fill {
            plane.area.draw(&Filled::new(corners.clone(), filled(color, alpha)))?;
        }
        if let Some((color, width)) = self.edge {
            corners.extend_from_within(..corners.len().min(2)); // round the first corner, so that it closes well
            plane.area.draw(&PathElement::new(corners, stroked(color, 1.0, width)))?;
        }
        Ok(())
    }
}

/// A label beside a point.
pub struct Label {
    text: String,
    at: (f64, f64),
    color: Color,
    size: f32,
}

impl Label {
    /// A label to the upper right of a point.
    pub fn new(text: &str, at: (f64, f64)) -> Label {
        Label { text: text.to_owned(), at, color: Color::BLACK, size: 10.0 }
    }

    pub fn color(mut self, color: Color) -> Label {
        self.color = color;
        self
    }

    /// Font size in points; 10 by default.
    pub fn size(mut self, size: f32) -> Label {
        self.size = size;
        self
    }
}

impl Mark for Label {
    fn reach(&self) -> Vec<(f64, f64)> {
        vec![self.at]
    }

    fn draw(&self, plane: &Plane) -> Result<()> {
        if let Some(place) = plane.place(self.at.0, self.at.1) {
            let color = RGBColor(self.color.r, self.color.g, self.color.b);
            let font = ("sans-serif", f64::from(twips(self.size))).into_font();
            let style = TextStyle::from(font).color(&color).pos(Pos::new(HPos::Left, VPos::Bottom));
            // Two blanks' width away from the point.
            plane.area.draw(&Text::new(format!(" {}", self.text), place, style))?;
        }
        Ok(())
    }
}
