//! Images as text: a letter is two pixels, one above the other.

use std::fmt::Write;

/// The upper half of a letter; its lower half has the background's colour.
const UPPER_HALF: char = '▀';

/// An RGB image, from the top, as lines of text in 24-bit colours. The last line of an odd number of rows is left out.
///
/// Colours are named only where they change, so that plain ground is short. Each line ends with the terminal's own colours;
/// lines are divided by `\r\n`, which a terminal in raw mode needs.
pub fn half_blocks(pixels: &[u8], width: usize) -> String {
    let mut text = String::new();
    let row = 3 * width.max(1);
    for (number, rows) in pixels.chunks_exact(2 * row).enumerate() {
        if number > 0 {
            text.push_str("\r\n");
        }
        let (mut front, mut back) = (None, None);
        let (upper, lower) = rows.split_at(row);
        for (above, below) in upper.chunks_exact(3).zip(lower.chunks_exact(3)) {
            set(&mut text, &mut front, above, 38);
            set(&mut text, &mut back, below, 48);
            text.push(UPPER_HALF);
        }
        text.push_str("\x1b[0m");
    }
    text
}

/// Sets a colour of the letters that follow, unless it is set.
fn set<'a>(text: &mut String, present: &mut Option<&'a [u8]>, color: &'a [u8], code: u8) {
    if *present != Some(color)
        && let [red, green, blue] = color
    {
        let _ = write!(text, "\x1b[{code};2;{red};{green};{blue}m"); // writing to a string cannot fail
        *present = Some(color);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_letter_is_two_pixels_and_colours_are_named_once() {
        let (red, green) = ([255, 0, 0], [0, 255, 0]);
        // Rows: red red, green green; green red, green red.
        let pixels = [red, red, green, green, green, red, green, red].concat();
        let lines = [
            "\x1b[38;2;255;0;0m\x1b[48;2;0;255;0m▀▀\x1b[0m",
            "\x1b[38;2;0;255;0m\x1b[48;2;0;255;0m▀\x1b[38;2;255;0;0m\x1b[48;2;255;0;0m▀\x1b[0m",
        ];
        assert_eq!(half_blocks(&pixels, 2), lines.join("\r\n"));
        assert_eq!(half_blocks(&pixels[..18], 2), lines[0], "an odd row is left out");
        assert_eq!(half_blocks(&[], 2), "");
        assert_eq!(half_blocks(&pixels, 0), half_blocks(&pixels, 1));
    }
}
