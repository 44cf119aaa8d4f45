//! The colour bar beside a chart.

use super::area::Area;
use super::canvas::Canvas;
use super::color::Color;
use super::colormap::ColorMap;
use super::pen::{Align, Lettering, Pen};
use super::text::{CAP_HEIGHT, DESCENT};
use super::ticks::Ticks;

/// Space between chart and bar, and the bar's width, in points.
const GAP: f32 = 10.0;
const WIDTH: f32 = 12.0;
const TICK: f32 = 3.5;

/// A colour bar: a band per class, or a gradient from the least value to the largest.
pub struct ColorBar {
    map: ColorMap,
    meaning: Meaning,
    label: Option<String>,
}

enum Meaning {
    Classes(Vec<String>),
    Values((f32, f32)),
}

impl ColorBar {
    pub(super) fn classes(map: ColorMap, names: Vec<String>) -> ColorBar {
        ColorBar { map, meaning: Meaning::Classes(names), label: None }
    }

    pub(super) fn values(map: ColorMap, range: (f32, f32)) -> ColorBar {
        ColorBar { map, meaning: Meaning::Values(range), label: None }
    }

    pub(super) fn label(self, label: Option<&str>) -> ColorBar {
        ColorBar { label: label.map(str::to_owned), ..self }
    }

    /// Width of bar, ticks and labels in letters of a size, in points.
    pub(super) fn room(&self, canvas: &Canvas, size: f32) -> f32 {
        let label = match self.label {
            Some(_) => 5.0 + size * (CAP_HEIGHT + DESCENT),
            None => 0.0,
        };
        GAP + WIDTH + 2.0 * TICK + self.widest(canvas, size) + label
    }

    fn widest(&self, canvas: &Canvas, size: f32) -> f32 {
        let ticks = self.ticks(9);
        let widths = ticks.iter().map(|(_, text)| canvas.text_width(text, size));
        widths.fold(0.0, f32::max)
    }

    /// Shares of the bar's height, from below, with what stands beside them.
    fn ticks(&self, most: usize) -> Vec<(f32, String)> {
        match &self.meaning {
            Meaning::Classes(names) => {
                let band = 1.0 / names.len().max(1) as f32;
                let middle = |i: usize| (i as f32 + 0.5) * band;
                let stride = names.len().div_ceil(most.max(1)).max(1);
                let ticks = names.iter().enumerate().step_by(stride);
                ticks.map(|(i, name)| (middle(i), name.clone())).collect()
            }
            &Meaning::Values((lo, hi)) => {
                let ticks = Ticks::linear((f64::from(lo), f64::from(hi)), most).labelled;
                let share = |at: f64| (at as f32 - lo) / (hi - lo);
                ticks.into_iter().map(|(at, text)| (share(at), text)).collect()
            }
        }
    }

    /// Draws the bar to the right of a chart's frame.
    pub(super) fn draw(&self, canvas: &mut Canvas, frame: Area, size: f32) {
        let bar = Area { left: frame.right() + GAP, width: WIDTH, ..frame };
        // A gradient is as many bands as there are pixels or so.
        let (bands, classes) = match &self.meaning {
            Meaning::Classes(names) => (names.len(), true),
            Meaning::Values(_) => (256, false),
        };
        for i in 0..bands {
            // Each band goes all the way up and the next covers the rest, so that there is no gap between them.
            let band = bar.inset(0.0, 0.0, 0.0, bar.height * i as f32 / bands as f32);
            canvas.fill_rect(band, self.map.class(i, bands), 1.0);
        }
        let thin = Pen::new(Color::BLACK, 0.8);
        let most = (bar.height / (size * if classes { 1.2 } else { 2.6 })).clamp(2.0, 40.0) as usize;
        let most = if classes { most } else { most.min(9) };
        for (share, text) in self.ticks(most) {
            let y = bar.bottom() - share * bar.height;
            let x = bar.right();
            canvas.line(&[(x, y), (x + TICK, y)], thin);
            let how = Lettering::new(size, Align::Start, Align::Middle);
            canvas.text(&text, (x + 2.0 * TICK, y), how);
        }
        canvas.frame(bar, thin);
        if let Some(label) = &self.label {
            let x = bar.right() + 2.0 * TICK + self.widest(canvas, size) + 5.0;
            let how = Lettering { upwards: true, ..Lettering::new(size, Align::Middle, Align::Start) };
            canvas.text(label, (x, bar.center().1), how);
        }
    }
}
