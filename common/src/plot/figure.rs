//! The finished figure, and layouts of plots.

use std::path::Path;

use anyhow::{Context, Result, ensure};
use tiny_skia::{Pixmap, PixmapPaint, Transform};

use super::area::Area;
use super::canvas::{Canvas, to_points};
use super::color::Color;
use super::pen::{Align, Lettering};
use super::raster;

/// Free margin around every figure, in points.
const MARGIN: f32 = 7.2;
/// Space between panels, in points.
const GAP: f32 = 12.0;

/// Something that can be drawn as a whole figure or as one panel of it.
pub trait Plot {
    /// Draws itself into an area of the canvas.
    ///
    /// # Errors
    /// The data has a wrong shape.
    fn draw(&self, canvas: &mut Canvas, area: Area) -> Result<()>;

    /// Preferred width and height in points, if `width` points are available.
    fn size_within(&self, width: f32) -> (f32, f32) {
        (width, width * 0.75)
    }
}

impl<P: Plot + ?Sized> Plot for &P {
    fn draw(&self, canvas: &mut Canvas, area: Area) -> Result<()> {
        (**self).draw(canvas, area)
    }

    fn size_within(&self, width: f32) -> (f32, f32) {
        (**self).size_within(width)
    }
}

/// A finished figure: a PNG at 200 dots per inch. As the last expression of a notebook cell it is displayed.
///
/// Sizes are width and height in inches.
#[derive(Clone)]
pub struct Figure {
    pub(super) pixels: Pixmap,
}

impl Figure {
    /// One plot at a size in inches.
    ///
    /// # Errors
    /// The plot's data has a wrong shape, or the size is not between 0 and 100 inches.
    pub fn of(plot: &dyn Plot, size: (f32, f32)) -> Result<Figure> {
        Figure::panels(&[&[plot]], size)
    }

    /// Rows of plots at a size in inches: all rows equally high, the plots of a row equally wide.
    ///
    /// # Errors
    /// As [`Figure::of`]; or there is no plot.
    pub fn panels(rows: &[&[&dyn Plot]], size: (f32, f32)) -> Result<Figure> {
        let mut canvas = Canvas::new(size.0 * 72.0, size.1 * 72.0)?;
        let sheet = canvas.area().inset(MARGIN, MARGIN, MARGIN, MARGIN);
        ensure!(rows.iter().any(|row| !row.is_empty()), "a figure needs at least one plot");
        let height = share(sheet.height, rows.len());
        for (i, row) in rows.iter().enumerate() {
            let width = share(sheet.width, row.len());
            for (j, plot) in row.iter().enumerate() {
                let area = Area {
                    left: sheet.left + j as f32 * (width + GAP),
                    top: sheet.top + i as f32 * (height + GAP),
                    width,
                    height,
                };
                plot.draw(&mut canvas, area)?;
            }
        }
        Ok(canvas.into())
    }

    /// Many plots of one kind, `columns` in a row, at a size in inches.
    ///
    /// # Errors
    /// As [`Figure::of`]; or there is no plot or no column.
    pub fn grid<P: Plot>(plots: &[P], columns: usize, size: (f32, f32)) -> Result<Figure> {
        ensure!(columns > 0, "a grid of plots needs at least one column");
        let plots: Vec<&dyn Plot> = plots.iter().map(|plot| plot as &dyn Plot).collect();
        // The last row may be short: its plots are as wide as the others.
        let blank = Blank;
        let missing = plots.len().next_multiple_of(columns) - plots.len();
        let plots = [plots, vec![&blank as &dyn Plot; missing]].concat();
        let rows: Vec<&[&dyn Plot]> = plots.chunks(columns).collect();
        Figure::panels(&rows, size)
    }

    /// Rows of plots in their natural size, at most `width` inches wide: for image grids, diagrams and square charts.
    ///
    /// # Errors
    /// As [`Figure::panels`].
    pub fn fitted(rows: &[&[&dyn Plot]], width: f32) -> Result<Figure> {
        let inside = width * 72.0 - 2.0 * MARGIN;
        let sizes: Vec<Vec<(f32, f32)>> = rows
            .iter()
            .map(|row| {
                let width = share(inside, row.len());
                row.iter().map(|plot| plot.size_within(width)).collect()
            })
            .collect();
        let row_width = |row: &Vec<(f32, f32)>| joined(row.iter().map(|size| size.0));
        let row_height = |row: &Vec<(f32, f32)>| row.iter().map(|size| size.1).fold(0.0, f32::max);
        let wide = sizes.iter().map(row_width).fold(0.0, f32::max);
        let high = joined(sizes.iter().map(row_height));
        let mut canvas = Canvas::new(wide + 2.0 * MARGIN, high + 2.0 * MARGIN)?;
        ensure!(rows.iter().any(|row| !row.is_empty()), "a figure needs at least one plot");
        let mut top = MARGIN;
        for (row, sizes) in rows.iter().zip(&sizes) {
            let height = row_height(sizes);
            let mut left = MARGIN + (wide - row_width(sizes)) / 2.0;
            for (plot, &(width, _)) in row.iter().zip(sizes) {
                let area = Area { left, top, width, height };
                plot.draw(&mut canvas, area)?;
                left += width + GAP;
            }
            top += height + GAP;
        }
        Ok(canvas.into())
    }

    /// The figure with a title above it.
    ///
    /// # Errors
    /// The figure becomes larger than 100 inches.
    pub fn with_title(self, title: &str) -> Result<Figure> {
        let how = Lettering::new(13.0, Align::Middle, Align::Start);
        let strip = MARGIN + Canvas::text_height(title, how.size);
        self.extended(strip, 0.0, title, how, MARGIN)
    }

    /// The figure with a small grey note at the bottom: data, preset, epochs.
    ///
    /// # Errors
    /// The figure becomes larger than 100 inches.
    pub fn with_note(self, note: &str) -> Result<Figure> {
        let how = Lettering::new(7.0, Align::End, Align::Start).color(Color::GREY);
        let strip = MARGIN / 2.0 + Canvas::text_height(note, how.size);
        let top = to_points(self.height() as f32);
        self.extended(0.0, strip, note, how, top)
    }

    /// More sheet above and below, with a text at a height that is `at` points from the new top.
    fn extended(self, above: f32, below: f32, text: &str, mut how: Lettering, at: f32) -> Result<Figure> {
        let width = to_points(self.width() as f32);
        let height = to_points(self.height() as f32);
        let mut canvas = Canvas::new(width, height + above + below)?;
        let down = canvas.pixels.height() - self.height();
        let top = if above > 0.0 { down as i32 } else { 0 };
        let (paint, place) = (PixmapPaint::default(), Transform::identity());
        canvas.pixels.draw_pixmap(0, top, self.pixels.as_ref(), &paint, place, None);
        let room = width - 2.0 * MARGIN;
        how.size *= (room / canvas.text_width(text, how.size).max(1.0)).min(1.0);
        let x = match how.across {
            Align::End => width - MARGIN,
            _ => width / 2.0,
        };
        canvas.text(text, (x, at), how);
        Ok(canvas.into())
    }

    /// Width in pixels.
    pub fn width(&self) -> u32 {
        self.pixels.width()
    }

    /// Height in pixels.
    pub fn height(&self) -> u32 {
        self.pixels.height()
    }

    /// The image as a PNG file's bytes.
    ///
    /// # Errors
    /// It cannot be encoded.
    pub fn png(&self) -> Result<Vec<u8>> {
        raster::png(&self.pixels)
    }

    /// Saves the figure as a PNG file, atomically; creates missing folders.
    ///
    /// # Errors
    /// The folder or the file cannot be written.
    pub fn save(&self, path: impl AsRef<Path>) -> Result<()> {
        let path = path.as_ref();
        crate::files::write(path, &self.png()?).with_context(|| format!("saving the figure {}", path.display()))
    }

    /// The colour of a pixel, for tests: x from the left, y from the top.
    #[cfg(test)]
    pub(super) fn pixel(&self, x: u32, y: u32) -> Option<Color> {
        self.pixels.pixel(x, y).map(|p| Color::new(p.red(), p.green(), p.blue()))
    }
}

impl From<Canvas> for Figure {
    fn from(canvas: Canvas) -> Figure {
        Figure { pixels: canvas.pixels }
    }
}

/// An empty place in a grid.
struct Blank;

impl Plot for Blank {
    fn draw(&self, _: &mut Canvas, _: Area) -> Result<()> {
        Ok(())
    }
}

/// The length of each of `n` panels.
fn share(length: f32, n: usize) -> f32 {
    let n = n.max(1) as f32;
    ((length - GAP * (n - 1.0)) / n).max(0.0)
}

/// The length of panels side by side.
fn joined(lengths: impl ExactSizeIterator<Item = f32>) -> f32 {
    let gaps = lengths.len().saturating_sub(1) as f32 * GAP;
    lengths.sum::<f32>() + gaps
}
