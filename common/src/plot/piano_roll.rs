//! Piano rolls: notes as bars, time along x, pitch along y.

use anyhow::{Result, ensure};
use music::bars::bars;
use music::{Quarters, Score};
use plotters::element::Rectangle;

use super::area::Area;
use super::canvas::Canvas;
use super::chart::Chart;
use super::color::Color;
use super::figure::Plot;
use super::ink::{filled, stroked};
use super::line::Line;
use super::mark::{Mark, Plane};
use super::pen::{Align, Lettering};
use super::shapes::Polygon;

/// Height of a bar, as a share of a semitone.
const THICKNESS: f64 = 0.86;
/// Letters of the voices' names, in points.
const KEY: f32 = 9.0;
/// The least number of semitones that are shown.
const LEAST_RANGE: u8 = 12;
/// The classes of a piano's black keys.
const BLACK_KEYS: [u8; 5] = [1, 3, 6, 8, 10];
/// The most bar lines of a roll, and the most voices.
const MOST_BARS: usize = 1_000;
const MOST_VOICES: usize = 100;

/// A note of a [`PianoRoll`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RollNote {
    /// Where it begins, in quarter notes, steps or what else the roll counts.
    pub start: f32,
    /// Its length.
    pub length: f32,
    /// Its MIDI number, 0 to 127.
    pub pitch: u8,
    /// The voice that it belongs to: each has a colour.
    pub voice: usize,
}

/// Notes as bars: time along x, pitch along y with the names of the octaves, a colour for each voice, the voices' names above.
/// Stripes are a piano's black keys.
#[derive(Clone, Default)]
pub struct PianoRoll {
    notes: Vec<RollNote>,
    bar_lines: Vec<f32>,
    voices: Vec<String>,
    pitches: Option<(u8, u8)>,
    end: f32,
    title: Option<String>,
    x_label: Option<String>,
}

impl PianoRoll {
    /// These notes.
    pub fn new(notes: impl IntoIterator<Item = RollNote>) -> PianoRoll {
        PianoRoll { notes: notes.into_iter().collect(), ..PianoRoll::default() }
    }

    /// The notes of a score with its bar lines, time in quarter notes. Each part is a voice.
    ///
    /// # Errors
    /// A time or a meter of the score is out of range.
    pub fn from_score(score: &Score) -> Result<PianoRoll> {
        let float = |time: Quarters| *time.numer() as f32 / *time.denom() as f32;
        let bars = bars(score, MOST_BARS)?;
        let parts = score.parts.iter().enumerate();
        let notes = parts.flat_map(|(voice, part)| part.notes.iter().map(move |note| (voice, note)));
        let notes = notes.map(|(voice, note)| RollNote {
            start: float(note.start),
            length: float(note.length),
            pitch: note.pitch.midi(),
            voice,
        });
        let roll = PianoRoll::new(notes).bar_lines(bars.iter().map(|bar| float(bar.end()))).x_label("quarter notes");
        let end = bars.last().map_or(0.0, |bar| float(bar.end()));
        Ok(PianoRoll { voices: score.parts.iter().map(|part| part.name.clone()).collect(), end, ..roll })
    }

    /// Lines at these times.
    pub fn bar_lines(mut self, times: impl IntoIterator<Item = f32>) -> PianoRoll {
        self.bar_lines = times.into_iter().collect();
        self
    }

    /// The names of the voices, for the line above the roll.
    pub fn voices<T: ToString>(mut self, names: impl IntoIterator<Item = T>) -> PianoRoll {
        self.voices = names.into_iter().map(|name| name.to_string()).collect();
        self
    }

    /// The lowest and the highest pitch to show, as MIDI numbers; by default those of the notes. Rolls to compare need the
    /// same.
    pub fn pitches(mut self, lowest: u8, highest: u8) -> PianoRoll {
        self.pitches = Some((lowest, highest));
        self
    }

    /// Where time ends at least: by default with the last note.
    pub fn end(mut self, time: f32) -> PianoRoll {
        self.end = time;
        self
    }

    /// A title above.
    pub fn title(mut self, title: &str) -> PianoRoll {
        self.title = Some(title.to_owned());
        self
    }

    /// Label of time: `steps`.
    pub fn x_label(mut self, label: &str) -> PianoRoll {
        self.x_label = Some(label.to_owned());
        self
    }

    fn check(&self) -> Result<()> {
        let usable = |time: f32| time.is_finite() && time.abs() < 1e9;
        for note in &self.notes {
            ensure!(
                usable(note.start)
                    && usable(note.length)
                    && note.length > 0.0
                    && note.pitch < 128
                    && note.voice < MOST_VOICES,
                "a note of a piano roll needs a finite start, a length above 0, a pitch below 128 and a voice below \
                 {MOST_VOICES}: {note:?}"
            );
        }
        if let Some((lowest, highest)) = self.pitches {
            ensure!(lowest <= highest, "the pitches {lowest} to {highest} of a piano roll are none");
        }
        Ok(())
    }

    /// The number of voices.
    fn count(&self) -> usize {
        self.notes.iter().map(|note| note.voice + 1).max().unwrap_or(0)
    }

    /// The names to show above the roll; none for a single voice.
    fn names(&self) -> &[String] {
        let count = self.count();
        if count > 1 { &self.voices[..self.voices.len().min(count)] } else { &[] }
    }

    /// Height of the line with the names.
    fn key_height(&self) -> f32 {
        if self.names().is_empty() { 0.0 } else { 1.5 * KEY }
    }

    /// The names of the voices in a line, flush right: within the roll they would hide notes.
    fn draw_key(&self, canvas: &mut Canvas, area: Area) {
        let mut right = area.right();
        for (voice, name) in self.names().iter().enumerate().rev() {
            canvas.text(name, (right, area.top), Lettering::new(KEY, Align::End, Align::Start));
            right -= canvas.text_width(name, KEY) + 0.4 * KEY;
            let side = 0.7 * KEY;
            let square = Area { left: right - side, top: area.top, width: side, height: side };
            canvas.fill_rect(square, Color::tab10(voice), 1.0);
            right -= side + KEY;
        }
    }

    /// The lowest and the highest pitch shown: at least an octave.
    fn range(&self) -> (u8, u8) {
        let pitches = || self.notes.iter().map(|note| note.pitch);
        let around = || {
            let (low, high) = (pitches().min().unwrap_or(60), pitches().max().unwrap_or(60));
            let more = LEAST_RANGE.saturating_sub(high - low);
            (low.saturating_sub(more.div_ceil(2) + 1), high.saturating_add(more / 2 + 1).min(127))
        };
        self.pitches.unwrap_or_else(around)
    }

    fn chart(&self) -> Result<Chart> {
        self.check()?;
        let (low, high) = self.range();
        let ends = self.notes.iter().map(|note| note.start + note.length);
        let end = ends.fold(self.end, f32::max).max(1.0);
        let start = self.notes.iter().map(|note| note.start).fold(0.0, f32::min);
        let edge = |pitch: u8| f32::from(pitch) - 0.5;
        let octaves = (low..=high).filter(|pitch| pitch % 12 == 0);
        let mut chart = Chart::new()
            .x_range(f64::from(start), f64::from(end))
            .y_range(f64::from(edge(low)), f64::from(edge(high) + 1.0))
            .y_names(octaves.map(|pitch| (f64::from(pitch), format!("C{}", i32::from(pitch / 12) - 1))));
        for pitch in (low..=high).filter(|pitch| BLACK_KEYS.contains(&(pitch % 12))) {
            let stripe = Polygon::rectangle((start, edge(pitch)), (end, edge(pitch) + 1.0));
            chart = chart.with(stripe.fill(Color::LIGHT_GREY, 0.35));
        }
        for time in self.bar_lines.iter().filter(|time| start < **time && **time < end) {
            let ys = [edge(low), edge(high) + 1.0];
            chart = chart.with(Line::xy("", [*time; 2], ys).color(Color::GREY).width(0.6));
        }
        for voice in 0..self.count() {
            let notes = self.notes.iter().filter(|note| note.voice == voice).copied().collect();
            chart = chart.with(Voice { notes, color: Color::tab10(voice) });
        }
        if let Some(title) = &self.title {
            chart = chart.title(title);
        }
        if let Some(label) = &self.x_label {
            chart = chart.x_label(label);
        }
        Ok(chart)
    }
}

/// The notes of one voice.
struct Voice {
    notes: Vec<RollNote>,
    color: Color,
}

impl Mark for Voice {
    fn reach(&self) -> Vec<(f64, f64)> {
        self.notes.iter().map(|note| (f64::from(note.start + note.length / 2.0), f64::from(note.pitch))).collect()
    }

    fn draw(&self, plane: &Plane) -> Result<()> {
        for note in &self.notes {
            let (start, pitch) = (f64::from(note.start), f64::from(note.pitch));
            let first = plane.place(start, pitch - THICKNESS / 2.0);
            let last = plane.place(start + f64::from(note.length), pitch + THICKNESS / 2.0);
            let Some(corners) = first.zip(last) else { continue };
            plane.area.draw(&Rectangle::new(corners.into(), filled(self.color, 1.0)))?;
            // An edge in white: two notes of one pitch after each other are two.
            plane.area.draw(&Rectangle::new(corners.into(), stroked(Color::WHITE, 1.0, 0.5)))?;
        }
        Ok(())
    }
}

impl Plot for PianoRoll {
    fn draw(&self, canvas: &mut Canvas, area: Area) -> Result<()> {
        let chart = self.chart()?;
        self.draw_key(canvas, area);
        chart.draw(canvas, area.inset(0.0, self.key_height(), 0.0, 0.0))
    }

    /// As wide as there is room, and as high as its pitches need.
    fn size_within(&self, width: f32) -> (f32, f32) {
        let (low, high) = self.range();
        let pitches = f32::from(high.saturating_sub(low)) + 1.0;
        (width, self.key_height() + (45.0 + 5.0 * pitches).min(0.75 * width))
    }
}
