//! From acorde's drawing to pixels.

use anyhow::{Context, Result, ensure};
use resvg::tiny_skia::{Color, Pixmap, Transform};
use resvg::usvg::{Options, Tree};

/// The highest image, in pixels.
const HIGHEST: f32 = 20_000.0;

/// Black on white paper: width, height, and the red, green and blue of each pixel from the top left.
pub(super) struct Raster {
    pub width: usize,
    pub height: usize,
    pub rgb: Vec<u8>,
}

/// Draws an SVG at its own size.
///
/// # Errors
/// It is too high, or no SVG.
pub(super) fn draw(svg: &str) -> Result<Raster> {
    let tree = Tree::from_str(svg, &Options::default()).context("internal error: the engraving is no SVG")?;
    let (width, height) = (tree.size().width(), tree.size().height());
    ensure!(
        height <= HIGHEST,
        "the engraving would be {height:.0} pixels high, and at most {HIGHEST:.0} are possible: show fewer bars or parts"
    );
    let pixels = Pixmap::new(width.ceil() as u32, height.ceil() as u32);
    let mut pixels =
        pixels.with_context(|| format!("no memory for an engraving of {width:.0} x {height:.0} pixels"))?;
    pixels.fill(Color::WHITE);
    resvg::render(&tree, Transform::identity(), &mut pixels.as_mut());
    let (width, height) = (pixels.width() as usize, pixels.height() as usize);
    let rgb = pixels.data().chunks_exact(4).flat_map(|rgba| [rgba[0], rgba[1], rgba[2]]).collect();
    Ok(Raster { width, height, rgb })
}

impl Raster {
    /// Makes empty stretches no higher than `most` rows, and those at the top and bottom no higher than `margin`: acorde
    /// leaves room for signs that our scores do not have.
    pub fn without_gaps(&self, most: usize, margin: usize) -> Raster {
        let rows: Vec<&[u8]> = self.rgb.chunks_exact((3 * self.width).max(1)).collect();
        let mut kept: Vec<&[u8]> = vec![];
        let groups: Vec<&[&[u8]]> = rows.chunk_by(|a, b| is_blank(a) == is_blank(b)).collect();
        for (i, group) in groups.iter().enumerate() {
            let edge = i == 0 || i + 1 == groups.len();
            let limit = match is_blank(group[0]) {
                true if edge => margin,
                true => most,
                false => group.len(),
            };
            kept.extend(&group[..group.len().min(limit)]);
        }
        Raster { width: self.width, height: kept.len(), rgb: kept.concat() }
    }
}

fn is_blank(row: &[u8]) -> bool {
    row.iter().all(|value| *value == 255)
}
