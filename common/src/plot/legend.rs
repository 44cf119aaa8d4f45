//! The box at the border of a chart that names its marks.

use super::area::Area;
use super::canvas::Canvas;
use super::color::Color;
use super::mark::{Key, Sample};
use super::pen::{Align, Lettering, Pen};

/// Draws the legend into that place at the border of the frame where it hides the fewest of the busy points.
pub(super) fn draw(canvas: &mut Canvas, frame: Area, keys: &[Key], busy: &[(f32, f32)], size: f32) {
    let (pad, sample, line) = (0.6 * size, 2.2 * size, 1.45 * size);
    let widths = keys.iter().map(|key| canvas.text_width(&key.label, size));
    let width = widths.fold(0.0, f32::max) + sample + 3.0 * pad;
    let height = keys.len() as f32 * line + 0.8 * pad;
    let place = place(frame, width, height, 0.6 * size, busy);

    canvas.fill_rect(place, Color::WHITE, 0.8);
    canvas.frame(place, Pen::new(Color::LIGHT_GREY, 0.8));
    for (i, key) in keys.iter().enumerate() {
        let y = place.top + 0.4 * pad + (i as f32 + 0.5) * line;
        let (left, right) = (place.left + pad, place.left + pad + sample);
        let middle = (left + right) / 2.0;
        match key.sample {
            Sample::Line(pen) => canvas.line(&[(left, y), (right, y)], pen),
            Sample::Dot { color, radius } => canvas.fill_circle((middle, y), radius, color, 1.0),
            Sample::Box { color, alpha } => {
                let patch = Area { left, top: y - 0.36 * size, width: sample, height: 0.72 * size };
                canvas.fill_rect(patch, color, alpha);
            }
        }
        let how = Lettering::new(size, Align::Start, Align::Middle);
        canvas.text(&key.label, (right + pad, y), how);
    }
}

/// The freest place. Where several are equally free, corners come before the middles of sides, the upper right one first.
fn place(frame: Area, width: f32, height: f32, gap: f32, busy: &[(f32, f32)]) -> Area {
    let (left, right) = (frame.left + gap, frame.right() - gap - width);
    let (top, bottom) = (frame.top + gap, frame.bottom() - gap - height);
    let (center, middle) = ((left + right) / 2.0, (top + bottom) / 2.0);
    let corners = [(right, top), (left, top), (left, bottom), (right, bottom)];
    let sides = [(center, top), (center, bottom), (left, middle), (right, middle)];
    let places = corners.into_iter().chain(sides).map(|(left, top)| Area { left, top, width, height });
    let hidden = |place: &Area| {
        let inside = |&&(x, y): &&(f32, f32)| {
            (place.left..=place.right()).contains(&x) && (place.top..=place.bottom()).contains(&y)
        };
        busy.iter().filter(inside).count()
    };
    places.min_by_key(hidden).unwrap_or(frame)
}

#[cfg(test)]
mod tests {
    use super::*;

    const FRAME: Area = Area { left: 0.0, top: 0.0, width: 100.0, height: 100.0 };

    /// Left and top of a legend of 30 x 20 beside busy points.
    fn left_and_top(busy: &[(f32, f32)]) -> (f32, f32) {
        let place = place(FRAME, 30.0, 20.0, 5.0, busy);
        (place.left, place.top)
    }

    #[test]
    fn the_upper_right_corner_comes_first() {
        assert_eq!(left_and_top(&[]), (65.0, 5.0));
    }

    #[test]
    fn a_free_corner_comes_before_the_free_middle_of_a_side() {
        assert_eq!(left_and_top(&[(80.0, 10.0)]), (5.0, 5.0));
        assert_eq!(left_and_top(&[(80.0, 10.0), (10.0, 10.0), (10.0, 90.0)]), (65.0, 75.0));
    }

    #[test]
    fn curves_through_all_corners_leave_the_middle_of_a_side() {
        let corners = [(80.0, 10.0), (10.0, 10.0), (10.0, 90.0), (90.0, 90.0)];
        assert_eq!(left_and_top(&corners), (35.0, 5.0));
        let and_the_top = [corners.as_slice(), &[(50.0, 10.0)]].concat();
        assert_eq!(left_and_top(&and_the_top), (35.0, 75.0));
    }
}
