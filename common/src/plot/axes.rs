//! The two axes of a chart: room for frame, ticks and labels.

use super::area::Area;
use super::canvas::{Canvas, to_pixels, to_points};
use super::scale::{Axis, Scale};
use super::text::{CAP_HEIGHT, DESCENT};
use super::ticks::Ticks;

/// Length of a tick, and its distance from its label, in points.
pub(super) const TICK: f32 = 3.5;
/// Width of the axes, in points.
pub(super) const AXIS_WIDTH: f32 = 0.8;
/// Distance between the tick labels and the label of the axis, in points.
pub(super) const LABEL_GAP: f32 = 5.0;

/// The proportions of the frame.
#[derive(Clone, Copy, Default, PartialEq)]
pub(super) enum Aspect {
    /// Fills the available space.
    #[default]
    Free,
    /// A square.
    Square,
    /// One unit is as long across as upwards.
    Equal,
}

/// The axes of a chart, before layout.
pub(super) struct Axes<'a> {
    pub x: &'a Axis,
    pub y: &'a Axis,
    pub x_scale: Scale,
    pub y_scale: Scale,
    pub title: Option<&'a str>,
    pub aspect: Aspect,
    /// No axes, only title and the label below.
    pub bare: bool,
    pub grid: bool,
    /// Number of cells across and down that are aligned to pixels.
    pub cells: Option<(usize, usize)>,
    /// Space reserved at the right, in points.
    pub right: f32,
    /// Size of the tick labels, in points.
    pub size: f32,
}

/// The layout of a chart.
pub(super) struct Layout {
    pub frame: Area,
    pub left: f32,
    pub bottom: f32,
    pub x_ticks: Ticks,
    pub y_ticks: Ticks,
    /// Whether the labels of the x axis are vertical, because they do not fit side by side.
    pub upwards: bool,
}

impl Axes<'_> {
    /// Fits the frame into an area so that no label is cut off.
    pub fn layout(&self, canvas: &Canvas, area: Area) -> Layout {
        // The labels decide the room for the frame, and the frame how many labels fit: twice is enough.
        let rough = self.around(canvas, area, area);
        self.around(canvas, area, rough.frame)
    }

    /// The layout with as many labels as fit a frame of about this size.
    fn around(&self, canvas: &Canvas, area: Area, about: Area) -> Layout {
        let y_ticks = self.y_ticks(about.height);
        let (x_ticks, upwards) = self.x_ticks(canvas, about.width);
        let widest = |ticks: &Ticks| {
            let labels = ticks.labelled.iter();
            let widths = labels.map(|(_, label)| canvas.text_width(label, self.size));
            widths.fold(0.0, f32::max)
        };
        let axis_label = |axis: &Axis, share: f32| match axis.label {
            Some(_) => LABEL_GAP + share * self.size,
            None => 0.0,
        };
        let (left, bottom) = if self.bare {
            (0.0, axis_label(self.x, CAP_HEIGHT + DESCENT))
        } else {
            let below = match upwards {
                true => widest(&x_ticks),
                false => self.size * (CAP_HEIGHT + DESCENT),
            };
            (
                2.0 * TICK + widest(&y_ticks) + axis_label(self.y, CAP_HEIGHT + DESCENT),
                2.0 * TICK + below + axis_label(self.x, CAP_HEIGHT),
            )
        };
        let right = self.right.max(self.overhang(canvas, &x_ticks, about.width, upwards));
        Layout {
            frame: self.shaped(area.inset(left, self.top(), right, bottom)),
            left,
            bottom,
            x_ticks,
            y_ticks,
            upwards,
        }
    }

    /// As many ticks as fit above each other.
    fn y_ticks(&self, height: f32) -> Ticks {
        match self.y.names {
            Some(_) => self.y_scale.ticks(self.y, 0).thinned((height / (1.15 * self.size)) as usize),
            None => self.y_scale.ticks(self.y, (height / (2.6 * self.size)).clamp(2.0, 9.0) as usize),
        }
    }

    pub fn title_size(&self) -> f32 {
        1.2 * self.size
    }

    /// As many ticks as fit side by side, and whether their labels must be vertical.
    fn x_ticks(&self, canvas: &Canvas, width: f32) -> (Ticks, bool) {
        let fit = |ticks: &Ticks| {
            let place = |at: f64| self.x_scale.share(at) * width;
            let ends = ticks.labelled.iter().map(|(at, label)| {
                let half = canvas.text_width(label, self.size) / 2.0;
                (place(*at) - half, place(*at) + half)
            });
            let mut ends: Vec<_> = ends.collect();
            ends.sort_by(|a, b| a.0.total_cmp(&b.0)); // the axis may run backwards
            ends.windows(2).all(|pair| pair[0].1 + 0.4 * self.size <= pair[1].0)
        };
        if self.x.names.is_some() {
            let ticks = self.x_scale.ticks(self.x, 0);
            let upwards = !fit(&ticks);
            let most = if upwards { (width / (1.15 * self.size)) as usize } else { usize::MAX };
            return (ticks.thinned(most), upwards);
        }
        let counts = (2..=9).rev().map(|most| self.x_scale.ticks(self.x, most));
        let ticks = counts.into_iter().find(fit);
        (ticks.unwrap_or_else(|| self.x_scale.ticks(self.x, 1)), false)
    }

    /// How far the last label below reaches beyond the frame.
    fn overhang(&self, canvas: &Canvas, ticks: &Ticks, width: f32, upwards: bool) -> f32 {
        if self.bare || upwards {
            return AXIS_WIDTH;
        }
        let reach = ticks.labelled.iter().map(|(at, label)| {
            let beyond = (self.x_scale.share(*at) - 1.0) * width;
            beyond + canvas.text_width(label, self.size) / 2.0
        });
        reach.fold(AXIS_WIDTH, f32::max)
    }

    /// The largest frame of the requested proportions, centred in the available space.
    fn shaped(&self, room: Area) -> Area {
        let span = |scale: Scale| (scale.ends.1 - scale.ends.0).abs();
        let height_by_width = match self.aspect {
            Aspect::Free => None,
            Aspect::Square => Some(1.0),
            Aspect::Equal => Some((span(self.y_scale) / span(self.x_scale)) as f32),
        };
        let (mut width, mut height) = (room.width, room.height);
        if let Some(ratio) = height_by_width {
            width = room.width.min(room.height / ratio);
            height = width * ratio;
        }
        if let Some((columns, rows)) = self.cells {
            (width, height) = (whole_cells(width, columns), whole_cells(height, rows));
        }
        let on_pixel = |points: f32| to_points(to_pixels(points).round());
        Area {
            left: on_pixel(room.left + (room.width - width) / 2.0),
            top: on_pixel(room.top + (room.height - height) / 2.0),
            width,
            height,
        }
    }

    /// The size of the whole chart with axes, for this width and any height.
    pub fn size_within(&self, canvas: &Canvas, width: f32) -> (f32, f32) {
        if self.aspect == Aspect::Free {
            return (width, width * 0.75);
        }
        let area = Area { left: 0.0, top: 0.0, width, height: 4.0 * width };
        let layout = self.layout(canvas, area);
        // What is not frame, with the free room above and below it taken away.
        let room = area.inset(0.0, 0.0, 0.0, layout.bottom + self.top());
        (width, layout.frame.height + area.height - room.height)
    }

    fn top(&self) -> f32 {
        match self.title {
            Some(title) => Canvas::text_height(title, self.title_size()) + 0.5 * self.size,
            None if self.bare => 0.0,
            None => self.size * CAP_HEIGHT / 2.0, // half of the highest label of y
        }
    }
}

/// The length at which each of `n` small cells has a whole number of pixels; large cells keep their length.
fn whole_cells(length: f32, n: usize) -> f32 {
    let pixels = to_pixels(length) / n as f32;
    match pixels {
        1.0..12.0 => to_points(pixels.floor() * n as f32),
        _ => length,
    }
}
