//! Styles of lines and text.

use super::color::Color;

/// Alignment of text at the given point, horizontally and vertically.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Align {
    /// Left, or the top of the capitals.
    Start,
    /// The middle, or half the height of the capitals.
    Middle,
    /// Right, or the bottom of the letter g.
    End,
}

/// Style of text.
#[derive(Clone, Copy, Debug)]
pub(super) struct Lettering {
    pub size: f32,
    pub color: Color,
    pub across: Align,
    pub down: Align,
    /// Reads from bottom to top.
    pub upwards: bool,
}

impl Lettering {
    pub fn new(size: f32, across: Align, down: Align) -> Lettering {
        Lettering { size, color: Color::BLACK, across, down, upwards: false }
    }

    pub fn color(self, color: Color) -> Lettering {
        Lettering { color, ..self }
    }
}

/// Style of a line: width in points, opacity (0 to 1), and dash pattern (dash, gap) in points.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pen {
    pub color: Color,
    pub width: f32,
    pub alpha: f32,
    pub dash: Option<[f32; 2]>,
}

impl Pen {
    pub fn new(color: Color, width: f32) -> Pen {
        Pen { color, width, alpha: 1.0, dash: None }
    }
}
