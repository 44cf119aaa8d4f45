//! The canvas of every figure: lines, shapes, text and images, in points (1/72 inch) from the top left.

use ab_glyph::FontRef;
use anyhow::{Result, ensure};
use tiny_skia::{
    FillRule, LineCap, LineJoin, Mask, Paint, Path, PathBuilder, Pixmap, Rect, Stroke, StrokeDash, Transform,
};

use super::area::Area;
use super::color::Color;
use super::pen::{Align, Lettering, Pen};
use super::text;

/// Dots per inch of every figure: fine enough for print, small enough for a screen.
pub(super) const DPI: f32 = 200.0;
const PIXELS_PER_POINT: f32 = DPI / 72.0;
/// The longest side that a figure may have, in pixels: a guard against wrong units.
const LONGEST_SIDE: f32 = 20_000.0;

/// A white sheet that plots draw on. Coordinates are points (1/72 inch) from the top left corner.
pub struct Canvas {
    pub(super) pixels: Pixmap,
    clip: Option<Mask>,
    font: &'static FontRef<'static>,
}

impl Canvas {
    /// A white sheet of a size in points.
    pub(super) fn new(width: f32, height: f32) -> Result<Canvas> {
        let (w, h) = (to_pixels(width).round(), to_pixels(height).round());
        let usable = (1.0..=LONGEST_SIDE).contains(&w) && (1.0..=LONGEST_SIDE).contains(&h);
        ensure!(
            usable,
            "cannot make a figure of {:.2} x {:.2} inches: each side must be above 0 and at most {:.0} inches",
            width / 72.0,
            height / 72.0,
            LONGEST_SIDE / DPI
        );
        let pixels = Pixmap::new(w as u32, h as u32);
        let Some(mut pixels) = pixels else {
            anyhow::bail!("no memory for a figure of {w} x {h} pixels: make it smaller");
        };
        pixels.fill(tiny_skia::Color::WHITE);
        Ok(Canvas { pixels, clip: None, font: text::font()? })
    }

    /// The whole sheet.
    pub fn area(&self) -> Area {
        Area {
            left: 0.0,
            top: 0.0,
            width: self.pixels.width() as f32 / PIXELS_PER_POINT,
            height: self.pixels.height() as f32 / PIXELS_PER_POINT,
        }
    }

    /// Clips further drawing to `area`; `None` ends the clipping.
    pub(super) fn clip(&mut self, area: Option<Area>) {
        self.clip = area.and_then(|area| {
            let mut mask = Mask::new(self.pixels.width(), self.pixels.height())?;
            let path = PathBuilder::from_rect(snapped(area)?);
            mask.fill_path(&path, FillRule::Winding, false, Transform::identity());
            Some(mask)
        });
    }

    /// Draws a line through points. Level and upright lines fall on whole pixels, so that they are crisp.
    pub(super) fn line(&mut self, points: &[(f32, f32)], pen: Pen) {
        let mut points: Vec<_> = points.iter().map(|&p| pixel(p)).collect();
        let mut width = to_pixels(pen.width);
        if let [a, b] = &mut points[..]
            && (a.0 == b.0 || a.1 == b.1)
        {
            width = whole(width);
            if a.0 == b.0 {
                (a.0, b.0) = (crisp(a.0, width), crisp(b.0, width));
            } else {
                (a.1, b.1) = (crisp(a.1, width), crisp(b.1, width));
            }
        }
        if let Some(path) = path_through(&points, false) {
            self.stroke(&path, width, pen);
        }
    }

    /// Draws the outline of a rectangle on whole pixels.
    pub(super) fn frame(&mut self, area: Area, pen: Pen) {
        let width = whole(to_pixels(pen.width));
        let edge = |points: f32| crisp(to_pixels(points), width);
        let (left, top) = (edge(area.left), edge(area.top));
        let (right, bottom) = (edge(area.right()), edge(area.bottom()));
        if let Some(rect) = Rect::from_ltrb(left, top, right, bottom) {
            self.stroke(&PathBuilder::from_rect(rect), width, pen);
        }
    }

    /// Fills a rectangle, its edges on whole pixels.
    pub(super) fn fill_rect(&mut self, area: Area, color: Color, alpha: f32) {
        if let Some(rect) = snapped(area) {
            let paint = paint(color, alpha);
            self.pixels.fill_rect(rect, &paint, Transform::identity(), self.clip.as_ref());
        }
    }

    /// Fills a closed shape.
    pub(super) fn fill_polygon(&mut self, points: &[(f32, f32)], color: Color, alpha: f32) {
        let points: Vec<_> = points.iter().map(|&p| pixel(p)).collect();
        if let Some(path) = path_through(&points, true) {
            self.fill(&path, color, alpha);
        }
    }

    /// Fills a circle.
    pub(super) fn fill_circle(&mut self, center: (f32, f32), radius: f32, color: Color, alpha: f32) {
        let (x, y) = pixel(center);
        if let Some(path) = PathBuilder::from_circle(x, y, to_pixels(radius)) {
            self.fill(&path, color, alpha);
        }
    }

    /// Width of a text in points: of its longest line.
    pub(super) fn text_width(&self, text: &str, size: f32) -> f32 {
        text.lines().map(|line| text::width(self.font, line, size)).fold(0.0, f32::max)
    }

    /// Height of a text in points, from the top of the first line's capitals to the bottom of the last line's g.
    pub(super) fn text_height(text: &str, size: f32) -> f32 {
        let more = text.lines().count().saturating_sub(1) as f32;
        size * (text::CAP_HEIGHT + text::DESCENT + more * LINE_SPACING)
    }

    /// Writes a text, which may have several lines, at a place.
    pub(super) fn text(&mut self, text: &str, at: (f32, f32), how: Lettering) {
        let mut baseline = match how.down {
            Align::Start => how.size * text::CAP_HEIGHT,
            Align::Middle => {
                let more = text.lines().count().saturating_sub(1) as f32;
                how.size * (text::CAP_HEIGHT - more * LINE_SPACING) / 2.0
            }
            Align::End => how.size * text::CAP_HEIGHT - Canvas::text_height(text, how.size),
        };
        for line in text.lines() {
            let width = text::width(self.font, line, how.size);
            let start = match how.across {
                Align::Start => 0.0,
                Align::Middle => -width / 2.0,
                Align::End => -width,
            };
            if let Some(outline) = text::outline(self.font, line, how.size) {
                let turn = if how.upwards { -90.0 } else { 0.0 };
                let place = Transform::from_translate(start, baseline)
                    .post_concat(Transform::from_rotate(turn))
                    .post_translate(at.0, at.1)
                    .post_scale(PIXELS_PER_POINT, PIXELS_PER_POINT);
                if let Some(path) = outline.transform(place) {
                    self.fill(&path, how.color, 1.0);
                }
            }
            baseline += how.size * LINE_SPACING;
        }
    }

    fn fill(&mut self, path: &Path, color: Color, alpha: f32) {
        let paint = paint(color, alpha);
        let clip = self.clip.as_ref();
        self.pixels.fill_path(path, &paint, FillRule::Winding, Transform::identity(), clip);
    }

    fn stroke(&mut self, path: &Path, width: f32, pen: Pen) {
        let dash = pen.dash.and_then(|[on, off]| StrokeDash::new(vec![to_pixels(on), to_pixels(off)], 0.0));
        let stroke = Stroke { width, line_cap: LineCap::Butt, line_join: LineJoin::Round, dash, ..Stroke::default() };
        let paint = paint(pen.color, pen.alpha);
        let clip = self.clip.as_ref();
        self.pixels.stroke_path(path, &paint, &stroke, Transform::identity(), clip);
    }
}

/// Distance of the lines of one text, as a share of its size.
const LINE_SPACING: f32 = 1.2;

pub(super) fn to_pixels(points: f32) -> f32 {
    points * PIXELS_PER_POINT
}

pub(super) fn to_points(pixels: f32) -> f32 {
    pixels / PIXELS_PER_POINT
}

fn pixel((x, y): (f32, f32)) -> (f32, f32) {
    (to_pixels(x), to_pixels(y))
}

/// A width of whole pixels, at least one.
fn whole(width: f32) -> f32 {
    width.round().max(1.0)
}

/// Where the middle of a level or upright line of whole width must lie, so that it covers whole pixels.
fn crisp(at: f32, width: f32) -> f32 {
    if width % 2.0 == 0.0 { at.round() } else { at.floor() + 0.5 }
}

/// The rectangle with its edges moved to whole pixels; `None` if nothing of it is left.
fn snapped(area: Area) -> Option<Rect> {
    let edge = |points: f32| to_pixels(points).round();
    Rect::from_ltrb(edge(area.left), edge(area.top), edge(area.right()), edge(area.bottom()))
}

fn path_through(points: &[(f32, f32)], closed: bool) -> Option<Path> {
    let mut path = PathBuilder::new();
    let (first, rest) = points.split_first()?;
    path.move_to(first.0, first.1);
    for point in rest {
        path.line_to(point.0, point.1);
    }
    if closed {
        path.close();
    }
    path.finish()
}

fn paint(color: Color, alpha: f32) -> Paint<'static> {
    let mut paint = Paint::default();
    let alpha = (alpha.clamp(0.0, 1.0) * 255.0).round() as u8;
    paint.set_color_rgba8(color.r, color.g, color.b, alpha);
    paint.anti_alias = true;
    paint
}
