//! Painting: colours, shapes through points, and the brush that fills them.

use tiny_skia::{
    Color, FillRule, GradientStop, LineCap, LineJoin, LinearGradient, Paint, Path, PathBuilder, Pixmap, RadialGradient,
    Shader, SpreadMode, Stroke, Transform,
};

/// A point.
pub(crate) type Point = (f32, f32);

/// Red, green and blue from 0 to 255, and alpha from 0 to 1.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ink(pub u8, pub u8, pub u8, pub f32);

impl Ink {
    pub const fn rgb(hex: u32) -> Ink {
        Ink((hex >> 16) as u8, (hex >> 8) as u8, hex as u8, 1.0)
    }

    pub fn alpha(self, alpha: f32) -> Ink {
        Ink(self.0, self.1, self.2, alpha)
    }

    /// A mix with this share of another colour.
    pub fn toward(self, other: Ink, share: f32) -> Ink {
        let mix = |a: u8, b: u8| (f32::from(a) + share * (f32::from(b) - f32::from(a))).round() as u8;
        Ink(mix(self.0, other.0), mix(self.1, other.1), mix(self.2, other.2), self.3)
    }

    /// A darker shade for folds and edges; a share of 0 is the colour itself.
    pub fn shade(self, share: f32) -> Ink {
        self.toward(Ink(30, 18, 30, 1.0), share)
    }

    pub fn color(self) -> Color {
        let alpha = (self.3 * 255.0).round() as u8;
        Color::from_rgba8(self.0, self.1, self.2, alpha)
    }
}

impl From<Ink> for Shader<'static> {
    fn from(ink: Ink) -> Shader<'static> {
        Shader::SolidColor(ink.color())
    }
}

/// A gradient along a line, from one colour at its start to another at its end.
pub(crate) fn fade(start: Point, end: Point, from: Ink, to: Ink) -> Option<Shader<'static>> {
    LinearGradient::new(start.into(), end.into(), stops(from, to), SpreadMode::Pad, Transform::identity())
}

/// A radial gradient, from one colour at a point to another at the distance `reach`.
pub(crate) fn glow(at: Point, reach: f32, from: Ink, to: Ink) -> Option<Shader<'static>> {
    RadialGradient::new(at.into(), 0.0, at.into(), reach, stops(from, to), SpreadMode::Pad, Transform::identity())
}

fn stops(from: Ink, to: Ink) -> Vec<GradientStop> {
    vec![GradientStop::new(0.0, from.color()), GradientStop::new(1.0, to.color())]
}

/// A pixmap and the transform from a drawing's own units to its pixels.
pub(crate) struct Brush<'a> {
    pub paper: &'a mut Pixmap,
    pub transform: Transform,
}

impl Brush<'_> {
    /// Fills a shape with an [`Ink`] or a gradient.
    pub fn fill(&mut self, path: Option<Path>, ink: impl Into<Shader<'static>>) {
        if let Some(path) = path {
            let paint = paint(ink.into());
            self.paper.fill_path(&path, &paint, FillRule::Winding, self.transform, None);
        }
    }

    /// Draws a line with round ends and corners.
    pub fn line(&mut self, path: Option<Path>, width: f32, ink: Ink) {
        let stroke = Stroke { width, line_cap: LineCap::Round, line_join: LineJoin::Round, ..Stroke::default() };
        self.stroke(path, &stroke, ink);
    }

    pub fn stroke(&mut self, path: Option<Path>, stroke: &Stroke, ink: Ink) {
        if let Some(path) = path {
            self.paper.stroke_path(&path, &paint(ink.into()), stroke, self.transform, None);
        }
    }

    pub fn ellipse(&mut self, (x, y): Point, rx: f32, ry: f32, ink: impl Into<Shader<'static>>) {
        self.fill(ellipse((x, y), rx, ry), ink);
    }

    pub fn disc(&mut self, at: Point, r: f32, ink: impl Into<Shader<'static>>) {
        self.ellipse(at, r, r, ink);
    }
}

fn paint(shader: Shader) -> Paint {
    Paint { shader, anti_alias: true, ..Paint::default() }
}

pub(crate) fn ellipse((x, y): Point, rx: f32, ry: f32) -> Option<Path> {
    PathBuilder::from_oval(tiny_skia::Rect::from_ltrb(x - rx, y - ry, x + rx, y + ry)?)
}

/// A closed shape with straight edges.
pub(crate) fn polygon(points: &[Point]) -> Option<Path> {
    let mut path = PathBuilder::new();
    path.move_to(points[0].0, points[0].1);
    points[1..].iter().for_each(|&(x, y)| path.line_to(x, y));
    path.close();
    path.finish()
}

/// A smooth open line through points.
pub(crate) fn curve(points: &[Point]) -> Option<Path> {
    let at = |i: isize| points[i.clamp(0, points.len() as isize - 1) as usize];
    spline(points.len() - 1, at).finish()
}

/// A smooth closed shape through points.
pub(crate) fn blob(points: &[Point]) -> Option<Path> {
    let n = points.len();
    let mut path = spline(n, |i| points[i.rem_euclid(n as isize) as usize]);
    path.close();
    path.finish()
}

/// A Catmull-Rom spline as cubic Bezier pieces, starting at point 0.
fn spline(pieces: usize, at: impl Fn(isize) -> Point) -> PathBuilder {
    let mut path = PathBuilder::new();
    path.move_to(at(0).0, at(0).1);
    for i in 0..pieces as isize {
        let (before, from, to, after) = (at(i - 1), at(i), at(i + 1), at(i + 2));
        path.cubic_to(
            from.0 + (to.0 - before.0) / 6.0,
            from.1 + (to.1 - before.1) / 6.0,
            to.0 - (after.0 - from.0) / 6.0,
            to.1 - (after.1 - from.1) / 6.0,
            to.0,
            to.1,
        );
    }
    path
}
