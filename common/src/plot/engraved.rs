//! Engraved music as a panel.

use anyhow::{Context, Result};
use image::RgbImage;
use music::Score;
use music::engrave::{self, Engraving, Layout};

use super::area::Area;
use super::canvas::{Canvas, to_pixels, to_points};
use super::figure::Plot;
use super::pen::{Align, Lettering};
use super::raster;

/// Letters of the title, and their distance from the music, in points.
const TITLE: f32 = 11.0;
const TITLE_GAP: f32 = 4.0;

/// Engraved music, pixel by pixel at the figure's resolution; it shrinks only if space is short.
///
/// With [`Figure::fitted`](super::Figure::fitted), scores stand below each other in a figure of ten inches, as wide as
/// [`Layout::default`] makes them.
pub struct Engraved {
    image: RgbImage,
    title: Option<String>,
}

impl Engraved {
    /// A panel with this engraving.
    ///
    /// # Errors
    /// It has not as many pixels as it says.
    pub fn new(engraving: Engraving) -> Result<Engraved> {
        let Engraving { width, height, rgb, .. } = engraving;
        let image = RgbImage::from_raw(width as u32, height as u32, rgb);
        let image = image.with_context(|| format!("an engraving of {width} x {height} pixels has others"))?;
        Ok(Engraved { image, title: None })
    }

    /// A panel with bars of a score.
    ///
    /// # Errors
    /// As [`engrave::engrave`].
    pub fn from_score(score: &Score, layout: &Layout) -> Result<Engraved> {
        Engraved::new(engrave::engrave(score, layout)?)
    }

    /// A title above, at the left.
    pub fn title(mut self, title: &str) -> Engraved {
        self.title = Some(title.to_owned());
        self
    }

    fn title_height(&self) -> f32 {
        self.title.as_deref().map_or(0.0, |title| Canvas::text_height(title, TITLE) + TITLE_GAP)
    }

    /// Width and height in pixels that fit into a space in pixels.
    fn size(&self, width: f32, height: f32) -> (f32, f32) {
        let (w, h) = (self.image.width() as f32, self.image.height() as f32);
        // Sizes in points may come back a hair smaller than the pixels that they were made from.
        let factor = ((width + 0.5) / w).min((height + 0.5) / h).min(1.0);
        ((factor * w).floor().max(1.0), (factor * h).floor().max(1.0))
    }
}

impl Plot for Engraved {
    fn draw(&self, canvas: &mut Canvas, area: Area) -> Result<()> {
        if let Some(title) = &self.title {
            let size = TITLE * (area.width / canvas.text_width(title, TITLE).max(1.0)).min(1.0);
            canvas.text(title, (area.left, area.top), Lettering::new(size, Align::Start, Align::Start));
        }
        let room = area.inset(0.0, self.title_height(), 0.0, 0.0);
        let (width, height) = self.size(to_pixels(room.width), to_pixels(room.height));
        let image = match (width, height) == (self.image.width() as f32, self.image.height() as f32) {
            true => self.image.clone(),
            false => raster::resized(&self.image, width as u32, height as u32),
        };
        let left = to_pixels(room.left) + (to_pixels(room.width) - width) / 2.0;
        raster::blit(&mut canvas.pixels, &image, left.round() as i64, to_pixels(room.top).round() as i64);
        Ok(())
    }

    fn size_within(&self, width: f32) -> (f32, f32) {
        let (width, height) = self.size(to_pixels(width), f32::INFINITY);
        (to_points(width), to_points(height) + self.title_height())
    }
}
