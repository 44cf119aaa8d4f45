//! Tables: the first rows of a data set, counts and probabilities.

use anyhow::{Result, ensure};

use super::area::Area;
use super::canvas::Canvas;
use super::color::Color;
use super::figure::Plot;
use super::pen::{Align, Lettering, Pen};

/// Letters, in points; a table that has less room than it needs gets smaller ones.
const SIZE: f32 = 9.0;
/// Height of a row, and space at both sides of a cell, as shares of the letters' size.
const ROW: f32 = 1.9;
const PAD: f32 = 0.8;

/// A table with a heading. Columns of numbers are flush right, those of words flush left.
pub struct Table {
    head: Vec<String>,
    rows: Vec<Vec<String>>,
    title: Option<String>,
}

impl Table {
    /// A table with these names of columns and no rows.
    pub fn new<T: ToString>(head: impl IntoIterator<Item = T>) -> Table {
        Table { head: texts(head), rows: Vec::new(), title: None }
    }

    /// Adds a row: one cell per column.
    pub fn row<T: ToString>(mut self, cells: impl IntoIterator<Item = T>) -> Table {
        self.rows.push(texts(cells));
        self
    }

    /// A title above.
    pub fn title(mut self, title: &str) -> Table {
        self.title = Some(title.to_owned());
        self
    }

    fn check(&self) -> Result<()> {
        let columns = self.head.len();
        ensure!(columns > 0, "a table needs at least one column");
        if let Some((i, row)) = self.rows.iter().enumerate().find(|(_, row)| row.len() != columns) {
            anyhow::bail!("row {i} of a table has {} cells, but the table has {columns} columns", row.len());
        }
        Ok(())
    }

    /// Width of each column for letters of size 1.
    fn widths(&self, canvas: &Canvas) -> Vec<f32> {
        let cells = |column: usize| self.rows.iter().map(move |row| &row[column]);
        let width = |column: usize| {
            let all = cells(column).chain([&self.head[column]]);
            all.map(|text| canvas.text_width(text, SIZE) / SIZE).fold(0.0, f32::max) + 2.0 * PAD
        };
        (0..self.head.len()).map(width).collect()
    }

    /// Number of lines, the heading and the title among them.
    fn lines(&self) -> usize {
        self.rows.len() + 1 + usize::from(self.title.is_some())
    }

    fn is_numeric(&self, column: usize) -> bool {
        let number = |text: &str| text.trim_end_matches('%').replace('−', "-").trim().parse::<f64>().is_ok();
        !self.rows.is_empty() && self.rows.iter().all(|row| row[column].is_empty() || number(&row[column]))
    }

    /// Size of the letters in a place of this size.
    fn size(&self, widths: &[f32], width: f32, height: f32) -> f32 {
        SIZE.min(width / widths.iter().sum::<f32>()).min(height / (ROW * self.lines() as f32))
    }
}

fn texts<T: ToString>(cells: impl IntoIterator<Item = T>) -> Vec<String> {
    cells.into_iter().map(|cell| cell.to_string()).collect()
}

impl Plot for Table {
    fn draw(&self, canvas: &mut Canvas, area: Area) -> Result<()> {
        self.check()?;
        let widths = self.widths(canvas);
        let size = self.size(&widths, area.width, area.height);
        let (height, width) = (ROW * size, size * widths.iter().sum::<f32>());
        let left = area.left + (area.width - width) / 2.0;
        let mut top = area.top;
        if let Some(title) = &self.title {
            let large = (1.2 * size).min(1.2 * size * width / canvas.text_width(title, 1.2 * size).max(1.0));
            let how = Lettering::new(large, Align::Middle, Align::Middle);
            canvas.text(title, (left + width / 2.0, top + 0.4 * height), how);
            top += height;
        }
        canvas.fill_rect(Area { left, top, width, height }, Color::LIGHT_GREY, 0.6);
        let rule = |y: f32, color: Color| ([(left, y), (left + width, y)], Pen::new(color, 0.6));
        for (i, row) in [&self.head].into_iter().chain(&self.rows).enumerate() {
            let y = top + i as f32 * height;
            let mut x = left;
            for (column, text) in row.iter().enumerate() {
                let wide = widths[column] * size;
                let (at, across) = match self.is_numeric(column) {
                    true => (x + wide - PAD * size, Align::End),
                    false => (x + PAD * size, Align::Start),
                };
                canvas.text(text, (at, y + height / 2.0), Lettering::new(size, across, Align::Middle));
                x += wide;
            }
            let (line, pen) = rule(y + height, if i == 0 { Color::BLACK } else { Color::LIGHT_GREY });
            canvas.line(&line, pen);
        }
        for y in [top, top + (self.rows.len() + 1) as f32 * height] {
            let (line, pen) = rule(y, Color::BLACK);
            canvas.line(&line, pen);
        }
        Ok(())
    }

    fn size_within(&self, width: f32) -> (f32, f32) {
        // A table that cannot be laid out reports that when it is drawn.
        let Ok(widths) = self.check().and_then(|()| Ok(self.widths(&Canvas::new(1.0, 1.0)?))) else {
            return (width, width);
        };
        let size = self.size(&widths, width, f32::INFINITY);
        (size * widths.iter().sum::<f32>(), size * ROW * self.lines() as f32)
    }
}
