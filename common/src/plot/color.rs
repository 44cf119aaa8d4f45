//! Colours.

/// A colour: red, green and blue from 0 to 255. Each mark sets its own opacity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Color {
    pub r: u8,
    pub g: u8,
    pub b: u8,
}

impl Color {
    pub const BLACK: Color = Color::new(0, 0, 0);
    pub const WHITE: Color = Color::new(255, 255, 255);
    pub const GREY: Color = Color::new(128, 128, 128);
    pub const LIGHT_GREY: Color = Color::new(217, 217, 217);
    pub const RED: Color = Color::new(255, 0, 0);
    pub const GREEN: Color = Color::new(0, 128, 0);
    pub const BLUE: Color = Color::new(0, 0, 255);
    pub const ORANGE: Color = Color::new(255, 165, 0);

    pub const fn new(r: u8, g: u8, b: u8) -> Color {
        Color { r, g, b }
    }

    /// Colour `i` modulo 10 of matplotlib's `tab10`.
    pub const fn tab10(i: usize) -> Color {
        const TAB10: [u32; 10] =
            [0x1f77b4, 0xff7f0e, 0x2ca02c, 0xd62728, 0x9467bd, 0x8c564b, 0xe377c2, 0x7f7f7f, 0xbcbd22, 0x17becf];
        Color::hex(TAB10[i % 10])
    }

    /// A colour written as on the web: `0xff0000` is red.
    pub const fn hex(rgb: u32) -> Color {
        Color::new((rgb >> 16) as u8, (rgb >> 8) as u8, rgb as u8)
    }

    /// Perceived brightness, from 0 (black) to 1 (white).
    pub fn luminance(self) -> f32 {
        (0.299 * f32::from(self.r) + 0.587 * f32::from(self.g) + 0.114 * f32::from(self.b)) / 255.0
    }

    /// Black or white, whichever reads better on this colour.
    pub fn ink(self) -> Color {
        if self.luminance() > 0.5 { Color::BLACK } else { Color::WHITE }
    }
}
