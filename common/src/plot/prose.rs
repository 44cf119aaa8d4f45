//! Running text in a panel: generated passages, documents with words that are marked.

use anyhow::{Result, ensure};

use super::area::Area;
use super::canvas::Canvas;
use super::color::Color;
use super::figure::Plot;
use super::pen::{Align, Lettering};

/// Letters and the title's, in points.
const SIZE: f32 = 10.0;
const TITLE: f32 = 11.0;
/// Height of a line, and a blank's width, as shares of the letters' size.
const LINE: f32 = 1.55;
const BLANK: f32 = 0.32;

/// A text, wrapped to the width of its panel. Words may have a coloured ground.
pub struct Prose {
    words: Vec<Word>,
    title: Option<String>,
}

struct Word {
    text: String,
    ground: Option<(Color, f32)>,
    line_ends: bool,
}

impl Prose {
    /// A text; its line ends and empty lines are kept.
    pub fn new(text: &str) -> Prose {
        let mut words = Vec::new();
        for line in text.lines() {
            let start = words.len();
            words.extend(line.split_whitespace().map(|text| Word::new(text, None)));
            if words.len() == start {
                words.push(Word::new("", None)); // an empty line
            }
            words.last_mut().into_iter().for_each(|last| last.line_ends = true);
        }
        Prose { words, title: None }
    }

    /// Words, each on a ground of a colour, transparent (0) to opaque (1).
    pub fn shaded<T: ToString>(words: impl IntoIterator<Item = (T, Color, f32)>) -> Prose {
        let words = words.into_iter().map(|(word, color, alpha)| Word::new(&word.to_string(), Some((color, alpha))));
        Prose { words: words.collect(), title: None }
    }

    /// A title above.
    pub fn title(mut self, title: &str) -> Prose {
        self.title = Some(title.to_owned());
        self
    }

    /// The words of each line at a width in points.
    fn lines(&self, canvas: &Canvas, width: f32) -> Vec<Vec<(&Word, f32)>> {
        let mut lines: Vec<Vec<(&Word, f32)>> = vec![vec![]];
        let (mut used, mut ended) = (0.0, false);
        for word in &self.words {
            let wide = canvas.text_width(&word.text, SIZE);
            if ended || used + wide > width && used > 0.0 {
                lines.push(vec![]);
                used = 0.0;
            }
            lines.last_mut().into_iter().for_each(|line| line.push((word, used)));
            used += wide + BLANK * SIZE;
            ended = word.line_ends;
        }
        lines
    }

    fn title_height(&self) -> f32 {
        if self.title.is_some() { 1.8 * TITLE } else { 0.0 }
    }
}

impl Word {
    fn new(text: &str, ground: Option<(Color, f32)>) -> Word {
        Word { text: text.to_owned(), ground, line_ends: false }
    }
}

impl Plot for Prose {
    fn draw(&self, canvas: &mut Canvas, area: Area) -> Result<()> {
        ensure!(!self.words.is_empty(), "a text without words cannot be drawn");
        let mut top = area.top;
        if let Some(title) = &self.title {
            let how = Lettering::new(TITLE, Align::Start, Align::Start).color(Color::BLUE);
            canvas.text(title, (area.left, top), how);
            top += self.title_height();
        }
        for line in self.lines(canvas, area.width) {
            for (i, (word, at)) in line.iter().enumerate() {
                let left = area.left + at;
                if let Some((color, alpha)) = word.ground {
                    let next = line.get(i + 1).map(|(_, next)| next - at);
                    let width = next.unwrap_or_else(|| canvas.text_width(&word.text, SIZE));
                    let ground = Area { left, top: top - 0.3 * SIZE, width, height: LINE * SIZE };
                    canvas.fill_rect(ground, color, alpha);
                }
                canvas.text(&word.text, (left, top), Lettering::new(SIZE, Align::Start, Align::Start));
            }
            top += LINE * SIZE;
        }
        Ok(())
    }

    fn size_within(&self, width: f32) -> (f32, f32) {
        // A text that cannot be laid out reports that when it is drawn.
        let lines = Canvas::new(1.0, 1.0).map_or(1, |canvas| self.lines(&canvas, width).len());
        (width, self.title_height() + LINE * SIZE * lines as f32)
    }
}
