//! Two axes and the marks on them.

use anyhow::{Context, Result};
use plotters::coord::cartesian::Cartesian2d;
use plotters::coord::types::RangedCoordf64;
use plotters::drawing::IntoDrawingArea;

use super::area::Area;
use super::axes::{Aspect, Axes, Layout};
use super::canvas::Canvas;
use super::color::Color;
use super::figure::Plot;
use super::ink::{Ink, points, twips};
use super::legend;
use super::mark::{AROUND, Mark, Plane};
use super::scale::{Axis, Scale};

/// Two axes with any mix of marks on them, drawn in the order in which they were added.
///
/// The axes cover all marks, unless a range is set; marks beyond a set range are cut off.
#[derive(Default)]
pub struct Chart {
    marks: Vec<Box<dyn Mark>>,
    /// Number of marks with an automatic colour.
    turns: usize,
    title: Option<String>,
    x: Axis,
    y: Axis,
    aspect: Aspect,
    bare: bool,
    grid: bool,
    no_legend: bool,
    cells: Option<(usize, usize)>,
}

impl Chart {
    pub fn new() -> Chart {
        Chart::default()
    }

    /// Adds a mark on top of the others. Lines and histograms without a colour get the next one of [`Color::tab10`].
    pub fn with(mut self, mut mark: impl Mark + 'static) -> Chart {
        if mark.take_turn(Color::tab10(self.turns)) {
            self.turns += 1;
        }
        self.marks.push(Box::new(mark));
        self
    }

    /// A title above.
    pub fn title(mut self, title: &str) -> Chart {
        self.title = Some(title.to_owned());
        self
    }

    /// Label of the x axis.
    pub fn x_label(mut self, label: &str) -> Chart {
        self.x.label = Some(label.to_owned());
        self
    }

    /// Label of the y axis.
    pub fn y_label(mut self, label: &str) -> Chart {
        self.y.label = Some(label.to_owned());
        self
    }

    /// Range of x; from high to low reverses the axis.
    pub fn x_range(mut self, from: f64, to: f64) -> Chart {
        self.x.range = Some((from, to));
        self
    }

    /// Range of y; from high to low reverses the axis.
    pub fn y_range(mut self, from: f64, to: f64) -> Chart {
        self.y.range = Some((from, to));
        self
    }

    /// A logarithmic x axis, without values that are not above 0.
    pub fn log_x(mut self) -> Chart {
        self.x.log = true;
        self
    }

    /// A logarithmic y axis, without values that are not above 0.
    pub fn log_y(mut self) -> Chart {
        self.y.log = true;
        self
    }

    /// Names instead of numbers along x, each at its position.
    pub fn x_names<T: ToString>(mut self, names: impl IntoIterator<Item = (f64, T)>) -> Chart {
        self.x.names = Some(names.into_iter().map(|(at, name)| (at, name.to_string())).collect());
        self
    }

    /// Names instead of numbers along y, each at its position.
    pub fn y_names<T: ToString>(mut self, names: impl IntoIterator<Item = (f64, T)>) -> Chart {
        self.y.names = Some(names.into_iter().map(|(at, name)| (at, name.to_string())).collect());
        self
    }

    /// A square frame.
    pub fn square(mut self) -> Chart {
        self.aspect = Aspect::Square;
        self
    }

    /// One unit of x is drawn as long as one unit of y, as on a map.
    pub fn equal(mut self) -> Chart {
        self.aspect = Aspect::Equal;
        self
    }

    /// No axes: only the marks, the title, and the label of x as a caption below.
    pub fn bare(mut self) -> Chart {
        self.bare = true;
        self
    }

    /// Grid lines at the ticks.
    pub fn grid(mut self) -> Chart {
        self.grid = true;
        self
    }

    /// Hides the legend.
    pub fn no_legend(mut self) -> Chart {
        self.no_legend = true;
        self
    }

    /// Number of cells across and down: small ones are aligned to whole pixels.
    pub(super) fn cells(mut self, columns: usize, rows: usize) -> Chart {
        self.cells = Some((columns, rows));
        self
    }

    /// The axes for a chart of this size.
    fn axes(&self, canvas: &Canvas, width: f32, height: f32) -> Result<Axes<'_>> {
        for mark in &self.marks {
            mark.check()?;
        }
        let reach: Vec<(f64, f64)> = self.marks.iter().flat_map(|mark| mark.reach()).collect();
        let on_zero = self.marks.iter().any(|mark| mark.stands_on_zero());
        // Small panels get smaller letters.
        let size = 10.0 * (width.min(1.2 * height) / 220.0).clamp(0.7, 1.0);
        let bar = self.marks.iter().find_map(|mark| mark.color_bar());
        let x_scale = Scale::around(&self.x, reach.iter().map(|p| p.0), false);
        let y_scale = Scale::around(&self.y, reach.iter().map(|p| p.1), on_zero);
        Ok(Axes {
            x: &self.x,
            y: &self.y,
            x_scale: x_scale.context("x axis")?,
            y_scale: y_scale.context("y axis")?,
            title: self.title.as_deref(),
            aspect: self.aspect,
            bare: self.bare,
            grid: self.grid,
            cells: self.cells,
            right: bar.map_or(0.0, |bar| bar.room(canvas, size)),
            size,
        })
    }

    fn draw_marks(&self, canvas: &mut Canvas, axes: &Axes, frame: Area) -> Result<()> {
        let (x, y) = (axes.x_scale.ends, axes.y_scale.ends);
        // The plane reaches beyond the frame on all sides; the canvas cuts off what is drawn there.
        let (width, height) = (twips(frame.width), twips(frame.height));
        let around = i32::from(AROUND);
        let (left, top) = (around * width, around * height);
        let reach = Area {
            left: frame.left - points(left),
            top: frame.top - points(top),
            width: points(2 * left + width),
            height: points(2 * top + height),
        };
        let pixels = (left..left + width, top + height..top);
        let area =
            Ink::new(canvas, reach)
                .into_drawing_area()
                .apply_coord_spec(Cartesian2d::<RangedCoordf64, RangedCoordf64>::new(x.0..x.1, y.0..y.1, pixels));
        let plane = Plane { area, x: axes.x_scale, y: axes.y_scale, size: (frame.width, frame.height) };
        self.marks.iter().try_for_each(|mark| mark.draw(&plane))
    }

    fn draw_legend(&self, canvas: &mut Canvas, axes: &Axes, layout: &Layout) {
        let keys: Vec<_> = self.marks.iter().filter_map(|mark| mark.key()).collect();
        if keys.is_empty() || self.no_legend {
            return;
        }
        let frame = layout.frame;
        let reach = self.marks.iter().flat_map(|mark| mark.reach());
        let busy: Vec<(f32, f32)> = reach
            .filter_map(|(x, y)| {
                let across = axes.x_scale.share(axes.x_scale.position(x)?);
                let up = axes.y_scale.share(axes.y_scale.position(y)?);
                let place = (frame.left + across * frame.width, frame.bottom() - up * frame.height);
                Some(place)
            })
            .collect();
        legend::draw(canvas, frame, &keys, &busy, 0.9 * axes.size);
    }
}

impl Plot for Chart {
    fn draw(&self, canvas: &mut Canvas, area: Area) -> Result<()> {
        let axes = self.axes(canvas, area.width, area.height)?;
        let layout = axes.layout(canvas, area);
        let frame = layout.frame;
        if frame.width < 1.0 || frame.height < 1.0 {
            anyhow::bail!(
                "a chart of {:.2} x {:.2} inches has no room for anything between its labels: make the figure larger",
                area.width / 72.0,
                area.height / 72.0
            );
        }
        axes.draw(canvas, area, &layout)?;
        canvas.clip(Some(frame));
        let drawn = self.draw_marks(canvas, &axes, frame);
        canvas.clip(None);
        drawn?;
        axes.draw_frame(canvas, &layout);
        if let Some(bar) = self.marks.iter().find_map(|mark| mark.color_bar()) {
            bar.draw(canvas, frame, axes.size);
        }
        self.draw_legend(canvas, &axes, &layout);
        Ok(())
    }

    fn size_within(&self, width: f32) -> (f32, f32) {
        // A chart that cannot be laid out reports that when it is drawn.
        let size =
            Canvas::new(1.0, 1.0).and_then(|canvas| Ok(self.axes(&canvas, width, width)?.size_within(&canvas, width)));
        size.unwrap_or((width, width * 0.75))
    }
}
