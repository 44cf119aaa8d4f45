//! The two axes of a chart: room for frame, ticks and labels.

use super::canvas::{Area, Canvas};
use super::scale::{Axis, Scale};
use super::text::{CAP_HEIGHT, DESCENT};
use super::ticks::Ticks;

/// Length of a tick, and its distance from its label, in points.
pub(super) const TICK: f32 = 3.5;
/// Width of the axes, in points.
pub(super) const AXIS_WIDTH: f32 = 0.8;
/// Distance between the tick labels and the label of the axis, in points.
pub(super) const LABEL_GAP: f32 = 5.0;

/// How wide and high the frame is to be.
#[derive(Clone, Copy, Default, PartialEq)]
pub(super) enum Aspect {
    /// As the place allows.
    #[default]
    Free,
    /// A square.
    Square,
    /// One unit is as long across as upwards.
    Equal,
}

/// All about the axes of one chart, ready to be laid out.
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
    /// Room to be kept free at the right, in points.
    pub right: f32,
    /// Size of the tick labels, in points.
    pub size: f32,
}

/// Where everything of a chart lies.
pub(super) struct Layout {
    pub frame: Area,
    pub left: f32,
    pub bottom: f32,
    pub x_ticks: Ticks,
    pub y_ticks: Ticks,
    /// The names below do not fit side by side and are written upwards.
    pub upwards: bool,
}

impl Axes<'_> {
    /// Puts the frame into an area so that no label is cut.
    pub fn layout(&self, canvas: &Canvas, area: Area) -> Layout {
        let mut frame = area;
        let mut layout = None;
        // The labels decide the room for the frame, and the frame how many labels fit: twice is enough.
        for _ in 0..2 {
            let y_most = (frame.height / (self.size * 2.6)).clamp(2.0, 9.0) as usize;
            let y_ticks = self.y_scale.ticks(self.y, y_most);
            let (x_ticks, upwards) = self.x_ticks(canvas, frame.width);
            let widest = |ticks: &Ticks| {
                let widths = ticks.labelled.iter().map(|(_, t)| canvas.text_width(t, self.size));
                widths.fold(0.0, f32::max)
            };
            let axis_label = |axis: &Axis, share: f32| match axis.label {
                Some(_) => LABEL_GAP + share * self.size,
                None => 0.0,
            };
            let (left, bottom) = if self.bare {
                (0.0, axis_label(self.x, CAP_HEIGHT + DESCENT))
            } else {
                let names = match upwards {
                    true => widest(&x_ticks),
                    false => self.size * (CAP_HEIGHT + DESCENT),
                };
                (
                    2.0 * TICK + widest(&y_ticks) + axis_label(self.y, CAP_HEIGHT + DESCENT),
                    2.0 * TICK + names + axis_label(self.x, CAP_HEIGHT),
                )
            };
            let top = match self.title {
                Some(title) => Canvas::text_height(title, self.title_size()) + 0.5 * self.size,
                None => self.size * CAP_HEIGHT / 2.0,
            };
            let right = self.right.max(self.overhang(canvas, &x_ticks, frame, upwards));
            let room = area.inset(left, top, right, bottom);
            frame = self.shaped(room);
            layout = Some(Layout { frame, left, bottom, x_ticks, y_ticks, upwards });
        }
        layout.unwrap_or_else(|| unreachable!("the loop runs twice"))
    }

    pub fn title_size(&self) -> f32 {
        1.2 * self.size
    }

    /// As many ticks as have room beside each other, and whether they must be written upwards for that.
    fn x_ticks(&self, canvas: &Canvas, width: f32) -> (Ticks, bool) {
        let fit = |ticks: &Ticks| {
            let place = |at: f64| self.x_scale.share(at) * width;
            let ends = ticks.labelled.iter().map(|(at, label)| {
                let half = canvas.text_width(label, self.size) / 2.0;
                (place(*at) - half, place(*at) + half)
            });
            let ends: Vec<_> = ends.collect();
            ends.windows(2).all(|pair| pair[0].1 + 0.4 * self.size <= pair[1].0)
        };
        if self.x.names.is_some() {
            let ticks = self.x_scale.ticks(self.x, 0);
            let upwards = !fit(&ticks);
            return (ticks, upwards);
        }
        let counts = (2..=9).rev().map(|most| self.x_scale.ticks(self.x, most));
        let ticks = counts.into_iter().find(fit);
        (ticks.unwrap_or_else(|| self.x_scale.ticks(self.x, 1)), false)
    }

    /// How far the last label below reaches beyond the frame.
    fn overhang(&self, canvas: &Canvas, ticks: &Ticks, frame: Area, upwards: bool) -> f32 {
        if self.bare || upwards {
            return AXIS_WIDTH;
        }
        let reach = ticks.labelled.iter().map(|(at, label)| {
            let beyond = (self.x_scale.share(*at) - 1.0) * frame.width;
            beyond + canvas.text_width(label, self.size) / 2.0
        });
        reach.fold(AXIS_WIDTH, f32::max)
    }

    /// The largest frame of the wanted shape, in the middle of the room there is.
    fn shaped(&self, room: Area) -> Area {
        let span = |scale: Scale| (scale.ends.1 - scale.ends.0).abs();
        let height_by_width = match self.aspect {
            Aspect::Free => return room,
            Aspect::Square => 1.0,
            Aspect::Equal => (span(self.y_scale) / span(self.x_scale)) as f32,
        };
        let width = room.width.min(room.height / height_by_width);
        let height = width * height_by_width;
        Area {
            left: room.left + (room.width - width) / 2.0,
            top: room.top + (room.height - height) / 2.0,
            width,
            height,
        }
    }

    /// The size of the whole chart, axes and all, if it may be `width` wide and as high as it likes.
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
            None => self.size * CAP_HEIGHT / 2.0,
        }
    }
}
