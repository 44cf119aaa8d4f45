//! The image that Gymnasium draws with pygame, drawn straight at the size where it is needed with 4 x 4 samples a pixel.

mod indicators;
mod paint;
mod raster;
mod scene;
mod score;

pub(crate) use scene::Scene;

use raster::Raster;
use std::fmt;

/// Memory to draw in, which is kept from image to image. A clone has its own, which is empty at first.
pub(crate) struct Canvas(Raster);

impl Canvas {
    /// Draws a scene of a size in pixels, width and height, as RGB from the top.
    pub fn draw(&mut self, scene: &Scene, size: [usize; 2], darken: bool, image: &mut [u8]) {
        debug_assert_eq!(image.len(), 3 * size[0] * size[1]);
        scene.draw(&mut self.0, size);
        self.0.shrink(darken, image);
    }
}

impl Default for Canvas {
    fn default() -> Canvas {
        Canvas(Raster::EMPTY)
    }
}

impl Clone for Canvas {
    fn clone(&self) -> Canvas {
        Canvas::default()
    }
}

impl fmt::Debug for Canvas {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("Canvas")
    }
}
