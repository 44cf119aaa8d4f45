//! Figures on a screen: at half the resolution, in evcxr's display protocol.

use super::color::Color;
use super::figure::Figure;
use crate::say;
use anyhow::{Context, Result};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use tiny_skia::{FilterQuality, Pixmap, PixmapPaint, Transform};

/// Space between stacked figures, in pixels.
const GAP: u32 = 16;

impl Figure {
    /// Displays the figure in a notebook; evcxr calls it for the last expression of a cell.
    pub fn evcxr_display(&self) {
        match self.on_screen().and_then(|figure| figure.evcxr_text()) {
            Ok(text) => say!("{text}"),
            Err(error) => say!("{error:#}"),
        }
    }

    /// The figure in evcxr's display protocol.
    pub(crate) fn evcxr_text(&self) -> Result<String> {
        let png = STANDARD.encode(self.png()?);
        Ok(format!("EVCXR_BEGIN_CONTENT image/png\n{png}\nEVCXR_END_CONTENT"))
    }

    /// The figure at 100 dots per inch, for notebooks.
    pub(crate) fn on_screen(&self) -> Result<Figure> {
        let mut pixels = sheet(self.width().div_ceil(2), self.height().div_ceil(2))?;
        // At one half, bilinear interpolation is the mean of four pixels.
        let paint = PixmapPaint { quality: FilterQuality::Bilinear, ..PixmapPaint::default() };
        pixels.draw_pixmap(0, 0, self.pixels.as_ref(), &paint, Transform::from_scale(0.5, 0.5), None);
        Ok(Figure { pixels })
    }

    /// Figures stacked vertically, aligned left.
    pub(crate) fn stacked(figures: &[Figure]) -> Result<Figure> {
        let width = figures.iter().map(Figure::width).max().unwrap_or(1);
        let gaps = GAP * figures.len().saturating_sub(1) as u32;
        let mut pixels = sheet(width, (figures.iter().map(Figure::height).sum::<u32>() + gaps).max(1))?;
        let mut top = 0;
        for figure in figures {
            let (paint, place) = (PixmapPaint::default(), Transform::identity());
            pixels.draw_pixmap(0, top as i32, figure.pixels.as_ref(), &paint, place, None);
            top += figure.height() + GAP;
        }
        Ok(Figure { pixels })
    }
}

fn sheet(width: u32, height: u32) -> Result<Pixmap> {
    let pixels = Pixmap::new(width, height);
    let mut pixels = pixels.with_context(|| format!("no memory for an image of {width} x {height} pixels"))?;
    let Color { r, g, b } = Color::WHITE;
    pixels.fill(tiny_skia::Color::from_rgba8(r, g, b, 255));
    Ok(pixels)
}
