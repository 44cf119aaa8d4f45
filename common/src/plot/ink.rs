//! What connects plotters, which lays out axes and places marks, with the canvas, which draws them smoothly.
//!
//! Plotters counts in whole pixels. Here its pixel is a twip, 1/20 of a point, about a seventh of a real one, so that
//! nothing jumps to the nearest pixel and sizes do not depend on the resolution.

use std::convert::Infallible;

use plotters::style::FontTransform;
use plotters::style::text_anchor::{HPos, VPos};
use plotters::style::{RGBAColor, ShapeStyle};
use plotters_backend::{BackendColor, BackendCoord, BackendStyle, BackendTextStyle, DrawingBackend, DrawingErrorKind};

use super::area::Area;
use super::canvas::Canvas;
use super::color::Color;
use super::pen::{Align, Lettering, Pen};

const TWIPS_PER_POINT: f32 = 20.0;

/// Points to plotters' unit.
pub(super) fn twips(points: f32) -> i32 {
    (points * TWIPS_PER_POINT).round() as i32
}

/// Plotters' unit to points.
pub(super) fn points(twips: i32) -> f32 {
    twips as f32 / TWIPS_PER_POINT
}

/// A filled shape in plotters' terms.
pub(super) fn filled(color: Color, alpha: f32) -> ShapeStyle {
    ShapeStyle { color: rgba(color, alpha), filled: true, stroke_width: 0 }
}

/// A line in plotters' terms; its width in points.
pub(super) fn stroked(color: Color, alpha: f32, width: f32) -> ShapeStyle {
    ShapeStyle { color: rgba(color, alpha), filled: false, stroke_width: twips(width.max(0.0)) as u32 }
}

fn rgba(color: Color, alpha: f32) -> RGBAColor {
    RGBAColor(color.r, color.g, color.b, f64::from(alpha))
}

/// Plotters' drawing backend on an area of a canvas.
pub struct Ink<'a> {
    canvas: &'a mut Canvas,
    area: Area,
}

impl<'a> Ink<'a> {
    pub(super) fn new(canvas: &'a mut Canvas, area: Area) -> Ink<'a> {
        Ink { canvas, area }
    }

    fn place(&self, (x, y): BackendCoord) -> (f32, f32) {
        (self.area.left + x as f32 / TWIPS_PER_POINT, self.area.top + y as f32 / TWIPS_PER_POINT)
    }
}

type Outcome = Result<(), DrawingErrorKind<Infallible>>;

impl DrawingBackend for Ink<'_> {
    type ErrorType = Infallible;

    fn get_size(&self) -> (u32, u32) {
        (twips(self.area.width) as u32, twips(self.area.height) as u32)
    }

    fn ensure_prepared(&mut self) -> Outcome {
        Ok(())
    }

    fn present(&mut self) -> Outcome {
        Ok(())
    }

    fn draw_pixel(&mut self, at: BackendCoord, color: BackendColor) -> Outcome {
        let (left, top) = self.place(at);
        let side = 1.0 / TWIPS_PER_POINT;
        let corners = [(left, top), (left + side, top), (left + side, top + side), (left, top + side)];
        self.canvas.fill_polygon(&corners, plain(color), color.alpha as f32);
        Ok(())
    }

    fn draw_line<S: BackendStyle>(&mut self, from: BackendCoord, to: BackendCoord, style: &S) -> Outcome {
        self.canvas.line(&[self.place(from), self.place(to)], pen(style));
        Ok(())
    }

    fn draw_rect<S: BackendStyle>(
        &mut self,
        upper_left: BackendCoord,
        bottom_right: BackendCoord,
        style: &S,
        fill: bool,
    ) -> Outcome {
        let (left, top) = self.place(upper_left);
        let (right, bottom) = self.place(bottom_right);
        let area = Area { left, top, width: right - left, height: bottom - top };
        let color = style.color();
        if fill {
            self.canvas.fill_rect(area, plain(color), color.alpha as f32);
        } else {
            self.canvas.frame(area, pen(style));
        }
        Ok(())
    }

    fn draw_path<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(&mut self, path: I, style: &S) -> Outcome {
        let points: Vec<_> = path.into_iter().map(|at| self.place(at)).collect();
        self.canvas.line(&points, pen(style));
        Ok(())
    }

    fn draw_circle<S: BackendStyle>(
        &mut self,
        center: BackendCoord,
        radius: u32,
        style: &S,
        _fill: bool, // the marks here are all filled
    ) -> Outcome {
        let color = style.color();
        let center = self.place(center);
        let radius = radius as f32 / TWIPS_PER_POINT;
        self.canvas.fill_circle(center, radius, plain(color), color.alpha as f32);
        Ok(())
    }

    fn fill_polygon<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        corners: I,
        style: &S,
    ) -> Outcome {
        let corners: Vec<_> = corners.into_iter().map(|at| self.place(at)).collect();
        let color = style.color();
        self.canvas.fill_polygon(&corners, plain(color), color.alpha as f32);
        Ok(())
    }

    fn draw_text<S: BackendTextStyle>(&mut self, text: &str, style: &S, at: BackendCoord) -> Outcome {
        let lettering = Lettering {
            size: style.size() as f32 / TWIPS_PER_POINT,
            color: plain(style.color()),
            across: match style.anchor().h_pos {
                HPos::Left => Align::Start,
                HPos::Center => Align::Middle,
                HPos::Right => Align::End,
            },
            down: match style.anchor().v_pos {
                VPos::Top => Align::Start,
                VPos::Center => Align::Middle,
                VPos::Bottom => Align::End,
            },
            upwards: matches!(style.transform(), FontTransform::Rotate270),
        };
        let at = self.place(at);
        self.canvas.text(text, at, lettering);
        Ok(())
    }

    fn estimate_text_size<S: BackendTextStyle>(
        &self,
        text: &str,
        style: &S,
    ) -> Result<(u32, u32), DrawingErrorKind<Infallible>> {
        let size = style.size() as f32;
        let height = Canvas::text_height(text, size);
        Ok((self.canvas.text_width(text, size) as u32, height as u32))
    }
}

fn plain(color: BackendColor) -> Color {
    let (r, g, b) = color.rgb;
    Color::new(r, g, b)
}

fn pen<S: BackendStyle>(style: &S) -> Pen {
    let color = style.color();
    Pen {
        color: plain(color),
        width: style.stroke_width() as f32 / TWIPS_PER_POINT,
        alpha: color.alpha as f32,
        dash: None,
    }
}
