//! Images in rows, scaled so that each of their pixels covers a whole number of pixels.

use anyhow::{Result, ensure};
use ndarray::{Array3, ArrayView4};

use super::area::Area;
use super::canvas::{Canvas, to_pixels, to_points};
use super::colormap::ColorMap;
use super::figure::Plot;
use super::pen::{Align, Lettering};
use super::raster;

/// Letters of captions and names, in points, and the least that captions shrink to.
const SIZE: f32 = 9.0;
const LEAST_SIZE: f32 = 4.0;
const TITLE_SIZE: f32 = 12.0;
/// Space between an image and its caption, in points.
const CAPTION_GAP: f32 = 3.0;

/// Images in rows from the top left, with optional captions below.
///
/// Images are upscaled by integer factors only, so that their pixels stay crisp, and downscaled only if space is short.
pub struct ImageGrid {
    images: Vec<Array3<f32>>,
    columns: usize,
    captions: Vec<String>,
    row_names: Vec<String>,
    column_names: Vec<String>,
    title: Option<String>,
    gap: f32,
    range: (f32, f32),
    map: ColorMap,
}

impl ImageGrid {
    /// Images from an array n x height x width x channels, values from 0 (dark) to 1 (light), one channel or three; ten
    /// per row by default.
    pub fn new(images: ArrayView4<f32>) -> ImageGrid {
        let grid = ImageGrid {
            images: Vec::new(),
            columns: 10,
            captions: Vec::new(),
            row_names: Vec::new(),
            column_names: Vec::new(),
            title: None,
            gap: 4.0,
            range: (0.0, 1.0),
            map: ColorMap::Gray,
        };
        grid.then(images)
    }

    /// Appends images of the same shape: reconstructions below originals.
    pub fn then(mut self, images: ArrayView4<f32>) -> ImageGrid {
        let more = images.outer_iter().map(|image| image.to_owned());
        self.images.extend(more);
        self
    }

    /// Number of images per row.
    pub fn columns(mut self, columns: usize) -> ImageGrid {
        self.columns = columns;
        self
    }

    /// Captions below the images, in their order. There may be fewer; an empty one is omitted.
    pub fn captions<T: ToString>(mut self, captions: impl IntoIterator<Item = T>) -> ImageGrid {
        self.captions = captions.into_iter().map(|caption| caption.to_string()).collect();
        self
    }

    /// Names at the left of the rows.
    pub fn row_names<T: ToString>(mut self, names: impl IntoIterator<Item = T>) -> ImageGrid {
        self.row_names = names.into_iter().map(|name| name.to_string()).collect();
        self
    }

    /// Names above the columns.
    pub fn column_names<T: ToString>(mut self, names: impl IntoIterator<Item = T>) -> ImageGrid {
        self.column_names = names.into_iter().map(|name| name.to_string()).collect();
        self
    }

    /// A title above.
    pub fn title(mut self, title: &str) -> ImageGrid {
        self.title = Some(title.to_owned());
        self
    }

    /// Space between images in points; 4 by default.
    pub fn gap(mut self, points: f32) -> ImageGrid {
        self.gap = points;
        self
    }

    /// The values of dark and light, 0 and 1 by default: -1 and 1 for the output of tanh.
    pub fn range(mut self, dark: f32, light: f32) -> ImageGrid {
        self.range = (dark, light);
        self
    }

    /// The colour map of images with one channel; grey by default.
    pub fn map(mut self, map: ColorMap) -> ImageGrid {
        self.map = map;
        self
    }

    fn check(&self) -> Result<()> {
        let Some(first) = self.images.first() else {
            anyhow::bail!("an image grid needs at least one image");
        };
        let (height, width, channels) = first.dim();
        ensure!(
            height > 0 && width > 0 && (channels == 1 || channels == 3),
            "images must be height x width x 1 or 3, but these are {height} x {width} x {channels}"
        );
        if let Some(other) = self.images.iter().find(|image| image.dim() != first.dim()) {
            let (h, w, c) = other.dim();
            anyhow::bail!(
                "the images of a grid must have one shape, but there are {height} x {width} x {channels} and {h} x {w} x {c}"
            );
        }
        ensure!(self.columns > 0, "an image grid needs at least one column");
        let (dark, light) = self.range;
        ensure!(
            dark.is_finite() && light.is_finite() && dark != light,
            "the range {dark} .. {light} of images must be finite and not empty"
        );
        Ok(())
    }

    /// Where everything goes in a place of this size, in pixels. The grid has been checked.
    fn layout(&self, canvas: &Canvas, width: f32, height: f32) -> Layout {
        let (h, w) = self.images.first().map_or((1, 1), |p| (p.dim().0, p.dim().1));
        let columns = self.columns.clamp(1, self.images.len().max(1));
        let rows = self.images.len().div_ceil(columns).max(1);
        let names = self.row_names.iter().map(|name| canvas.text_width(name, SIZE));
        let left = match names.fold(0.0, f32::max) {
            0.0 => 0.0,
            widest => to_pixels(widest + 6.0).ceil(),
        };
        let title =
            self.title.as_deref().map_or(0.0, |title| to_pixels(Canvas::text_height(title, TITLE_SIZE) + 5.0).ceil());
        let heading = match self.column_names.iter().any(|name| !name.is_empty()) {
            true => to_pixels(Canvas::text_height("", SIZE) + 2.0).ceil(),
            false => 0.0,
        };
        let gap = to_pixels(self.gap.max(0.0)).round();
        let captions: Vec<f32> = (0..rows).map(|row| self.caption_height(row, columns)).collect();
        let gaps = ((columns - 1) as f32 * gap, (rows - 1) as f32 * gap);
        let free_width = width - left - gaps.0;
        let free_height = height - title - heading - gaps.1 - captions.iter().sum::<f32>();
        // Sizes in points may come back a hair smaller than the pixels that they were made from.
        let fit = |free: f32, pixels: usize| (free + 0.5) / pixels as f32;
        let fit = fit(free_width, columns * w).min(fit(free_height, rows * h));
        let factor = if fit >= 1.0 { fit.floor() } else { fit };
        let cell = ((w as f32 * factor).floor().max(1.0), (h as f32 * factor).floor().max(1.0));
        Layout {
            columns,
            left,
            title,
            heading,
            gap,
            cell,
            width: left + gaps.0 + columns as f32 * cell.0,
            height: title + heading + gaps.1 + rows as f32 * cell.1 + captions.iter().sum::<f32>(),
            captions,
        }
    }

    /// Height in pixels of the captions of a row, 0 if it has none.
    fn caption_height(&self, row: usize, columns: usize) -> f32 {
        let captions = self.captions.iter().skip(row * columns).take(columns);
        let heights = captions
            .filter(|c| !c.is_empty())
            .map(|caption| to_pixels(2.0 * CAPTION_GAP + Canvas::text_height(caption, SIZE)).ceil());
        heights.fold(0.0, f32::max)
    }
}

/// Sizes of a grid's parts, in pixels.
struct Layout {
    columns: usize,
    /// Width of the names of the rows.
    left: f32,
    title: f32,
    /// Height of the names of the columns.
    heading: f32,
    gap: f32,
    cell: (f32, f32),
    captions: Vec<f32>,
    width: f32,
    height: f32,
}

impl Plot for ImageGrid {
    fn draw(&self, canvas: &mut Canvas, area: Area) -> Result<()> {
        self.check()?;
        let room = (to_pixels(area.width), to_pixels(area.height));
        let layout = self.layout(canvas, room.0, room.1);
        let (cell_width, cell_height) = layout.cell;
        let left = (to_pixels(area.left) + (room.0 - layout.width) / 2.0).round().max(0.0);
        let top = (to_pixels(area.top) + (room.1 - layout.height) / 2.0).round().max(0.0);
        let point = |x: f32, y: f32| (to_points(x), to_points(y));

        if let Some(title) = &self.title {
            let room = to_points(layout.width) / canvas.text_width(title, TITLE_SIZE).max(1.0);
            let size = TITLE_SIZE * room.min(1.0);
            let how = Lettering::new(size, Align::Middle, Align::Start);
            let middle = left + layout.width / 2.0;
            canvas.text(title, point(middle, top), how);
        }
        let x = |column: usize| left + layout.left + column as f32 * (cell_width + layout.gap);
        let mut y = top + layout.title + layout.heading;
        for (column, name) in self.column_names.iter().take(layout.columns).enumerate() {
            let how = Lettering::new(SIZE, Align::Middle, Align::End);
            canvas.text(name, point(x(column) + cell_width / 2.0, y - to_pixels(1.5)), how);
        }
        for (row, images) in self.images.chunks(layout.columns).enumerate() {
            if let Some(name) = self.row_names.get(row) {
                let how = Lettering::new(SIZE, Align::End, Align::Middle);
                let at = point(left + layout.left - to_pixels(6.0), y + cell_height / 2.0);
                canvas.text(name, at, how);
            }
            for (column, image) in images.iter().enumerate() {
                let image = raster::image(image.view(), self.range, self.map);
                let image = raster::resized(&image, cell_width as u32, cell_height as u32);
                raster::blit(&mut canvas.pixels, &image, x(column) as i64, y as i64);
                let caption = self.captions.get(row * layout.columns + column);
                if let Some(caption) = caption.filter(|caption| !caption.is_empty()) {
                    let room = to_points(cell_width + layout.gap) - 2.0;
                    let shrink = (room / canvas.text_width(caption, SIZE).max(1.0)).min(1.0);
                    let size = (SIZE * shrink).max(LEAST_SIZE);
                    let how = Lettering::new(size, Align::Middle, Align::Start);
                    let below = y + cell_height + to_pixels(CAPTION_GAP);
                    canvas.text(caption, point(x(column) + cell_width / 2.0, below), how);
                }
            }
            y += cell_height + layout.captions.get(row).copied().unwrap_or(0.0) + layout.gap;
        }
        Ok(())
    }

    fn size_within(&self, width: f32) -> (f32, f32) {
        // A grid that cannot be laid out reports that when it is drawn.
        let layout = self
            .check()
            .and_then(|()| Canvas::new(1.0, 1.0))
            .map(|canvas| self.layout(&canvas, to_pixels(width), f32::INFINITY));
        match layout {
            Ok(layout) => (to_points(layout.width), to_points(layout.height)),
            Err(_) => (width, width),
        }
    }
}
