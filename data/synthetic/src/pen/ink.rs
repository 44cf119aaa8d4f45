//! Ink on paper: draws lines as an image of 28 x 28 grey pixels.

use tiny_skia::{LineCap, LineJoin, Paint, PathBuilder, Pixmap, Stroke as Pen, Transform};

use super::{SIDE, Stroke};

/// Number of points that are drawn with one width, if the width of the line changes.
const PIECE: usize = 4;

/// Ink of each pixel, 0 for paper and 255 for full ink, row by row from the top left. `paper` is 28 x 28 and is cleared
/// first.
pub(crate) fn draw(strokes: &[Stroke], paper: &mut Pixmap) -> [f32; SIDE * SIDE] {
    paper.fill(tiny_skia::Color::TRANSPARENT);
    let paint = Paint { anti_alias: true, ..Paint::default() };
    for stroke in strokes {
        let last = stroke.line.len().saturating_sub(1);
        let piece = if stroke.widths.windows(2).all(|pair| pair[0] == pair[1]) { last } else { PIECE };
        let mut start = 0;
        while start < last {
            let end = (start + piece).min(last);
            let mut path = PathBuilder::new();
            path.move_to(stroke.line[start].0, stroke.line[start].1);
            stroke.line[start + 1..=end].iter().for_each(|&(x, y)| path.line_to(x, y));
            let pen = Pen {
                width: stroke.widths[(start + end) / 2],
                line_cap: LineCap::Round,
                line_join: LineJoin::Round,
                ..Pen::default()
            };
            if let Some(path) = path.finish() {
                paper.stroke_path(&path, &paint, &pen, Transform::identity(), None);
            }
            start = end;
        }
    }
    std::array::from_fn(|i| f32::from(paper.pixels()[i].alpha()))
}
