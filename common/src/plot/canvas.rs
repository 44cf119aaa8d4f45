//! The sheet that every figure is drawn on: lines, shapes, words and pictures, in points (1/72 inch) from the top left.

use ab_glyph::FontRef;
use anyhow::{Result, ensure};
use tiny_skia::{
    FillRule, LineCap, LineJoin, Mask, Paint, Path, PathBuilder, Pixmap, Rect, Stroke, StrokeDash, Transform,
};

use super::color::Color;
use super::text;

/// Dots per inch of every figure: fine enough for print, small enough for a screen.
pub(super) const DPI: f32 = 200.0;
const PIXELS_PER_POINT: f32 = DPI / 72.0;
/// The longest side that a figure may have, in pixels: a guard against a slip of the unit.
const LONGEST_SIDE: f32 = 20_000.0;

/// A rectangle on the sheet, in points.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Area {
    pub left: f32,
    pub top: f32,
    pub width: f32,
    pub height: f32,
}

impl Area {
    pub fn right(&self) -> f32 {
        self.left + self.width
    }

    pub fn bottom(&self) -> f32 {
        self.top + self.height
    }

    /// The middle: x and y.
    pub fn center(&self) -> (f32, f32) {
        (self.left + self.width / 2.0, self.top + self.height / 2.0)
    }

    /// What is left after this much is cut off at the left, top, right and bottom (never less than nothing).
    pub fn inset(&self, left: f32, top: f32, right: f32, bottom: f32) -> Area {
        Area {
            left: self.left + left,
            top: self.top + top,
            width: (self.width - left - right).max(0.0),
            height: (self.height - top - bottom).max(0.0),
        }
    }
}

/// Which point of a word or line of text stands at the given place, across and down.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Align {
    /// Left, or the top of the capitals.
    Start,
    /// The middle, or half the height of the capitals.
    Middle,
    /// Right, or the bottom of the letter g.
    End,
}

/// How a word is written.
#[derive(Clone, Copy, Debug)]
pub(super) struct Lettering {
    pub size: f32,
    pub color: Color,
    pub across: Align,
    pub down: Align,
    /// Reads from bottom to top.
    pub upwards: bool,
}

impl Lettering {
    pub fn new(size: f32, across: Align, down: Align) -> Lettering {
        Lettering { size, color: Color::BLACK, across, down, upwards: false }
    }

    pub fn color(self, color: Color) -> Lettering {
        Lettering { color, ..self }
    }
}

/// How a line is drawn: width in points, how opaque (0 to 1), and the dash pattern (drawn, left out), in points.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pen {
    pub color: Color,
    pub width: f32,
    pub alpha: f32,
    pub dash: Option<[f32; 2]>,
}

impl Pen {
    pub fn new(color: Color, width: f32) -> Pen {
        Pen { color, width, alpha: 1.0, dash: None }
    }
}

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

    /// From now on, draws only inside `area`; `None` lifts that.
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
            width = width.round().max(1.0);
            let snap = |v: f32| {
                if width % 2.0 == 0.0 { v.round() } else { v.floor() + 0.5 }
            };
            if a.0 == b.0 {
                (a.0, b.0) = (snap(a.0), snap(b.0));
            } else {
                (a.1, b.1) = (snap(a.1), snap(b.1));
            }
        }
        if let Some(path) = path_through(&points, false) {
            self.stroke(&path, width, pen);
        }
    }

    /// Draws the outline of a rectangle on whole pixels.
    pub(super) fn frame(&mut self, area: Area, pen: Pen) {
        let (l, t, r, b) = (area.left, area.top, area.right(), area.bottom());
        // Lines a little longer than the sides close the corners.
        let half = pen.width / 2.0;
        self.line(&[(l - half, t), (r + half, t)], pen);
        self.line(&[(l - half, b), (r + half, b)], pen);
        self.line(&[(l, t), (l, b)], pen);
        self.line(&[(r, t), (r, b)], pen);
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
