//! Drawing the axes that have been laid out: plotters draws axes, ticks and labels, the rest is done here.

use anyhow::Result;
use plotters::chart::{ChartBuilder, LabelAreaPosition};
use plotters::drawing::IntoDrawingArea;
use plotters::style::{IntoFont, IntoTextStyle};

use super::area::Area;
use super::axes::{AXIS_WIDTH, Axes, LABEL_GAP, Layout, TICK};
use super::canvas::Canvas;
use super::color::Color;
use super::ink::{Ink, stroked, twips};
use super::pen::{Align, Lettering, Pen};
use super::ruler::Ruler;
use super::scale::Scale;
use super::ticks::Ticks;

impl Axes<'_> {
    /// Draws axes, ticks and labels around the frame.
    pub fn draw(&self, canvas: &mut Canvas, area: Area, layout: &Layout) -> Result<()> {
        let frame = layout.frame;
        if let Some(title) = self.title {
            let mut how = Lettering::new(self.title_size(), Align::Middle, Align::End);
            let room = 2.0 * (frame.center().0 - area.left).min(area.right() - frame.center().0);
            how.size *= (room / canvas.text_width(title, how.size).max(1.0)).min(1.0);
            canvas.text(title, (frame.center().0, frame.top - 0.4 * self.size), how);
        }
        if self.bare {
            if let Some(label) = &self.x.label {
                let how = Lettering::new(self.size, Align::Middle, Align::Start);
                canvas.text(label, (frame.center().0, frame.bottom() + LABEL_GAP), how);
            }
            return Ok(());
        }
        let ruler = |scale: Scale, ticks: &Ticks| Ruler { ends: scale.ends, ticks: ticks.clone() };
        let mut across = ruler(self.x_scale, &layout.x_ticks);
        if layout.upwards {
            // Their places stay; the names are written below.
            across.ticks.labelled.iter_mut().for_each(|(_, name)| name.clear());
        }
        let root = Ink::new(canvas, area).into_drawing_area();
        let mut chart = ChartBuilder::on(&root)
            .margin_left(twips(frame.left - layout.left - area.left))
            .margin_top(twips(frame.top - area.top))
            .margin_right(twips(area.right() - frame.right()))
            .margin_bottom(twips(area.bottom() - frame.bottom() - layout.bottom))
            .set_label_area_size(LabelAreaPosition::Left, twips(layout.left))
            .set_label_area_size(LabelAreaPosition::Bottom, twips(layout.bottom))
            .build_cartesian_2d(across, ruler(self.y_scale, &layout.y_ticks))?;
        let font = ("sans-serif", f64::from(self.size) * 20.0).into_font().into_text_style(&root);
        let mut mesh = chart.configure_mesh();
        mesh.axis_style(stroked(Color::BLACK, 1.0, AXIS_WIDTH))
            .bold_line_style(stroked(Color::LIGHT_GREY, 0.7, AXIS_WIDTH))
            .set_all_tick_mark_size(twips(TICK))
            .label_style(font.clone())
            .axis_desc_style(font);
        if !self.grid {
            mesh.disable_mesh();
        }
        if let Some(label) = &self.x.label {
            mesh.x_desc(label);
        }
        if let Some(label) = &self.y.label {
            mesh.y_desc(label);
        }
        mesh.draw()?;
        drop(chart);
        drop(root);
        if layout.upwards {
            self.names_upwards(canvas, layout);
        }
        self.minor_ticks(canvas, layout);
        Ok(())
    }

    /// The closed frame, drawn last, so that no mark covers it.
    pub fn draw_frame(&self, canvas: &mut Canvas, layout: &Layout) {
        if !self.bare {
            canvas.frame(layout.frame, Pen::new(Color::BLACK, AXIS_WIDTH));
        }
    }

    fn names_upwards(&self, canvas: &mut Canvas, layout: &Layout) {
        let frame = layout.frame;
        for (at, name) in &layout.x_ticks.labelled {
            let x = frame.left + self.x_scale.share(*at) * frame.width;
            let how = Lettering { upwards: true, ..Lettering::new(self.size, Align::End, Align::Middle) };
            canvas.text(name, (x, frame.bottom() + 2.0 * TICK), how);
        }
    }

    fn minor_ticks(&self, canvas: &mut Canvas, layout: &Layout) {
        let (frame, length) = (layout.frame, 0.6 * TICK);
        let pen = Pen::new(Color::BLACK, 0.75 * AXIS_WIDTH);
        for &at in &layout.x_ticks.minor {
            let x = frame.left + self.x_scale.share(at) * frame.width;
            canvas.line(&[(x, frame.bottom()), (x, frame.bottom() + length)], pen);
        }
        for &at in &layout.y_ticks.minor {
            let y = frame.bottom() - self.y_scale.share(at) * frame.height;
            canvas.line(&[(frame.left - length, y), (frame.left, y)], pen);
        }
    }
}
