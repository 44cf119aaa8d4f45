//! Marks on the two axes of a chart.

use anyhow::Result;
use plotters::coord::cartesian::Cartesian2d;
use plotters::coord::types::RangedCoordf64;
use plotters::drawing::DrawingArea;

use super::clipping::{self, Window};
use super::color::Color;
use super::color_bar::ColorBar;
use super::ink::Ink;
use super::pen::Pen;
use super::scale::Scale;

/// A mark on the axes of a [`Chart`](super::Chart): points, a line, bars, a shape, a label.
pub trait Mark {
    /// Validates the data.
    ///
    /// # Errors
    /// The data is inconsistent.
    fn check(&self) -> Result<()> {
        Ok(())
    }

    /// Points (x, y) that the axes should include; NaN and infinity are ignored.
    fn reach(&self) -> Vec<(f64, f64)>;

    /// Draws itself.
    ///
    /// # Errors
    /// Drawing fails.
    fn draw(&self, plane: &Plane) -> Result<()>;

    /// Its entry in the legend.
    fn key(&self) -> Option<Key> {
        None
    }

    /// Takes this automatic colour if it has none; returns whether it did.
    fn take_turn(&mut self, _color: Color) -> bool {
        false
    }

    /// Its colour bar.
    fn color_bar(&self) -> Option<ColorBar> {
        None
    }

    /// Whether it stands on y = 0, so that the axis needs no margin below.
    fn stands_on_zero(&self) -> bool {
        false
    }
}

/// A line of the legend.
pub struct Key {
    pub(super) label: String,
    pub(super) sample: Sample,
}

/// What a line of the legend shows beside its words.
pub(super) enum Sample {
    Line(Pen),
    Dot { color: Color, radius: f32 },
    Box { color: Color, alpha: f32 },
}

/// How far around its frame a plane reaches, in frames: marks there are cut off at the frame, not squeezed into it.
pub(super) const AROUND: u8 = 1;

/// Where marks draw themselves: plotters' plane of the two axes, with the scales that lead to it.
pub struct Plane<'a> {
    pub(super) area: DrawingArea<Ink<'a>, Cartesian2d<RangedCoordf64, RangedCoordf64>>,
    pub(super) x: Scale,
    pub(super) y: Scale,
    /// Width and height of the frame, in points.
    pub(super) size: (f32, f32),
}

impl Plane<'_> {
    /// The place of a point on the plane; `None` where it has none (not finite, or not above 0 on a log axis).
    /// What lies far outside the frame is put nearer, still outside.
    pub(super) fn place(&self, x: f64, y: f64) -> Option<(f64, f64)> {
        let near = |scale: Scale, value: f64| {
            let (lo, hi) = scale.stretch(f64::from(AROUND));
            Some(scale.position(value)?.clamp(lo, hi))
        };
        Some((near(self.x, x)?, near(self.y, y)?))
    }

    /// The parts of a line through points that are in sight, as places on the plane.
    pub(super) fn line(&self, points: impl Iterator<Item = (f64, f64)>) -> Vec<Vec<(f64, f64)>> {
        let place = |(x, y)| Some((self.x.position(x)?, self.y.position(y)?));
        let places: Vec<_> = points.map(place).collect();
        // A little more than the frame, so that the cut ends are out of sight.
        let window = Window { x: self.x.stretch(0.2), y: self.y.stretch(0.2) };
        clipping::parts(&places, window)
    }
}
