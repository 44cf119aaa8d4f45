//! Text as outlines of DejaVu Sans, matplotlib's font, from a crate: figures do not depend on the machine's fonts.

use std::sync::OnceLock;

use ab_glyph::{Font, FontRef, OutlineCurve};
use anyhow::{Result, anyhow};
use tiny_skia::{Path, PathBuilder};

/// Height of a capital letter or digit, as a share of the text size.
pub(super) const CAP_HEIGHT: f32 = 0.729;
/// How far letters such as g reach below the line, as a share of the text size.
pub(super) const DESCENT: f32 = 0.236;

/// The one font of all figures. Parsing it takes a moment, so that it is done once.
pub(super) fn font() -> Result<&'static FontRef<'static>> {
    static FONT: OnceLock<Option<FontRef<'static>>> = OnceLock::new();
    FONT.get_or_init(|| FontRef::try_from_slice(dejavu::sans::regular()).ok())
        .as_ref()
        .ok_or_else(|| anyhow!("cannot read the embedded font DejaVu Sans"))
}

/// Width of one line of text of a size, in the unit of the size.
pub(super) fn width(font: &FontRef, text: &str, size: f32) -> f32 {
    let mut end = 0.0;
    walk(font, text, |_, _, after| end = after);
    end * unit(font, size)
}

/// The outline of one line of text that starts at (0, 0), baseline at y = 0, y downwards. `None` if nothing is visible.
pub(super) fn outline(font: &FontRef, text: &str, size: f32) -> Option<Path> {
    let unit = unit(font, size);
    let mut path = PathBuilder::new();
    walk(font, text, |glyph, x, _| {
        let Some(outline) = font.outline(glyph) else {
            return; // a blank
        };
        let place = |p: ab_glyph::Point| ((x + p.x) * unit, -p.y * unit);
        let mut last = None;
        for curve in &outline.curves {
            let (start, end) = match *curve {
                OutlineCurve::Line(a, b) => (a, b),
                OutlineCurve::Quad(a, _, b) => (a, b),
                OutlineCurve::Cubic(a, _, _, b) => (a, b),
            };
            if last != Some(start) {
                if last.is_some() {
                    path.close();
                }
                let (x, y) = place(start);
                path.move_to(x, y);
            }
            let (x, y) = place(end);
            match *curve {
                OutlineCurve::Line(..) => path.line_to(x, y),
                OutlineCurve::Quad(_, c, _) => {
                    let (cx, cy) = place(c);
                    path.quad_to(cx, cy, x, y);
                }
                OutlineCurve::Cubic(_, c, d, _) => {
                    let ((cx, cy), (dx, dy)) = (place(c), place(d));
                    path.cubic_to(cx, cy, dx, dy, x, y);
                }
            }
            last = Some(end);
        }
        path.close();
    });
    path.finish()
}

/// Visits each glyph with where it starts and where the next one does, in units of the font.
fn walk(font: &FontRef, text: &str, mut visit: impl FnMut(ab_glyph::GlyphId, f32, f32)) {
    let mut x = 0.0;
    let mut previous = None;
    for letter in text.chars() {
        let glyph = font.glyph_id(letter);
        if let Some(previous) = previous {
            x += font.kern_unscaled(previous, glyph);
        }
        let next = x + font.h_advance_unscaled(glyph);
        visit(glyph, x, next);
        x = next;
        previous = Some(glyph);
    }
}

fn unit(font: &FontRef, size: f32) -> f32 {
    size / font.units_per_em().unwrap_or(2048.0)
}
