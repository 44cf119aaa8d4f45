//! The measures of a part.

use super::{elements, text};
use crate::score::least_common_multiple;
use crate::{Pitch, Quarters};
use anyhow::{Context, Result, ensure};
use roxmltree::Node;

/// The finest common part of a quarter note, and the longest measure in quarter notes: no sum of such times overflows.
const FINEST: i64 = 100_000;
const LONGEST: i64 = 10_000;

/// A measure. All times are from its beginning.
#[derive(Debug, Default)]
pub(super) struct Measure {
    /// Its length.
    pub length: Quarters,
    pub notes: Vec<Note>,
    /// Quarter notes per minute.
    pub tempos: Vec<(Quarters, f64)>,
    /// A meter that begins with it.
    pub meter: Option<(u8, u8)>,
    /// A key that begins with it, as it sounds.
    pub key: Option<i8>,
}

/// A written note, at its sounding pitch.
#[derive(Debug)]
pub(super) struct Note {
    pub start: Quarters,
    pub pitch: Pitch,
    pub length: Quarters,
    /// Whether it continues the note before.
    pub tied: bool,
    /// Whether the next note continues it.
    pub ties: bool,
}

/// Where a part is, and what holds there.
struct Cursor<'a> {
    /// All times of the score are whole multiples of a quarter note over this.
    grid: &'a mut i64,
    /// Units of a quarter note.
    divisions: Quarters,
    /// Semitones from what is written to what sounds.
    transposition: i32,
    now: Quarters,
    /// Where the note before began: the next one may share its stem.
    before: Quarters,
}

/// The measures of a part. `grid` is the least common multiple of all denominators in the score so far.
pub(super) fn measures(part: Node, grid: &mut i64) -> Result<Vec<Measure>> {
    let zero = Quarters::from_integer(0);
    let mut cursor = Cursor { grid, divisions: Quarters::from_integer(1), transposition: 0, now: zero, before: zero };
    let measures = elements(part, "measure").enumerate().map(|(index, node)| {
        let name = node.attribute("number").map_or_else(|| format!("no. {}", index + 1), str::to_string);
        cursor.measure(node).with_context(|| format!("in measure {name}"))
    });
    measures.collect()
}

impl Cursor<'_> {
    fn measure(&mut self, node: Node) -> Result<Measure> {
        let zero = Quarters::from_integer(0);
        let mut measure = Measure::default();
        (self.now, self.before) = (zero, zero);
        for child in node.children() {
            match child.tag_name().name() {
                "attributes" => self.attributes(child, &mut measure)?,
                "note" => self.note(child, &mut measure)?,
                "forward" => self.now = not_too_long(self.now + self.duration(child)?)?,
                "backup" => self.now = (self.now - self.duration(child)?).max(zero),
                "sound" => self.sound(child, &mut measure),
                "direction" => elements(child, "sound").for_each(|sound| self.sound(sound, &mut measure)),
                _ => {}
            }
            measure.length = measure.length.max(self.now);
        }
        Ok(measure)
    }

    fn attributes(&mut self, node: Node, measure: &mut Measure) -> Result<()> {
        if let Some(divisions) = text(node, &["divisions"]) {
            self.divisions = number(divisions)?;
            ensure!(self.divisions > Quarters::from_integer(0), "a quarter note has {divisions} divisions");
        }
        if let Some(transpose) = elements(node, "transpose").next() {
            let part = |name| text(transpose, &[name]).and_then(|number| number.parse::<i16>().ok()).unwrap_or(0);
            self.transposition = i32::from(part("chromatic")) + 12 * i32::from(part("octave-change"));
        }
        if let (Some(beats), Some(unit)) = (text(node, &["time", "beats"]), text(node, &["time", "beat-type"])) {
            // 3+2 beats are 5.
            let mut beats = beats.split('+').map(|beats| beats.trim().parse::<u8>().ok());
            let beats = beats.try_fold(0_u8, |sum, beats| sum.checked_add(beats?));
            let unit = unit.parse().ok().filter(|unit: &u8| unit.is_power_of_two() && *unit <= 64);
            measure.meter = beats.filter(|beats| *beats > 0).zip(unit).or(measure.meter);
        }
        if let Some(fifths) = text(node, &["key", "fifths"]).and_then(|fifths| fifths.parse::<i8>().ok()) {
            // A semitone up is seven fifths up, less twelve.
            let fifths = i32::from(fifths) + 7 * self.transposition;
            let sounding = if self.transposition == 0 { fifths } else { (fifths + 5).rem_euclid(12) - 5 };
            measure.key = i8::try_from(sounding).ok().filter(|fifths| (-7..=7).contains(fifths)).or(measure.key);
        }
        Ok(())
    }

    fn note(&mut self, node: Node, measure: &mut Measure) -> Result<()> {
        let has = |name| elements(node, name).next().is_some();
        if has("grace") || has("cue") {
            return Ok(()); // without a time of their own
        }
        let length = self.duration(node)?;
        let start = if has("chord") { self.before } else { self.now };
        self.before = start;
        self.now = not_too_long(start + length)?.max(self.now);
        if let Some(pitch) = elements(node, "pitch").next().filter(|_| length > Quarters::from_integer(0)) {
            let pitch = self.pitch(pitch)?;
            let tie = |kind| elements(node, "tie").any(|tie| tie.attribute("type") == Some(kind));
            measure.notes.push(Note { start, pitch, length, tied: tie("stop"), ties: tie("start") });
        }
        Ok(())
    }

    fn pitch(&self, node: Node) -> Result<Pitch> {
        let part = |name| text(node, &[name]).unwrap_or_default();
        let failed = || format!("`{}{} {}` is not a pitch", part("step"), part("octave"), part("alter"));
        let natural: Pitch = format!("{}n{}", part("step"), part("octave")).parse().with_context(failed)?;
        // Quarter tones are rounded.
        let alter = if part("alter").is_empty() { 0.0 } else { part("alter").parse::<f64>().with_context(failed)? };
        ensure!((-12.0..=12.0).contains(&alter), failed());
        natural.transposed(alter.round() as i32 + self.transposition).with_context(failed)
    }

    /// How long an element lasts.
    fn duration(&mut self, node: Node) -> Result<Quarters> {
        let duration = number(text(node, &["duration"]).context("a note has no duration")?)?;
        ensure!(duration >= Quarters::from_integer(0), "a duration is {duration}");
        let duration = duration / self.divisions;
        let grid = least_common_multiple(*self.grid, *duration.denom(), FINEST);
        *self.grid =
            grid.with_context(|| format!("the times of the score are finer than 1/{FINEST} of a quarter note"))?;
        not_too_long(duration)
    }

    fn sound(&self, node: Node, measure: &mut Measure) {
        let tempo = node.attribute("tempo").and_then(|tempo| tempo.trim().parse::<f64>().ok());
        // The tempos that MIDI can tell.
        measure.tempos.extend(tempo.filter(|tempo| (4.0..=60e6).contains(tempo)).map(|tempo| (self.now, tempo)));
    }
}

/// A decimal number.
fn number(text: &str) -> Result<Quarters> {
    let failed = || format!("`{text}` is not a number that can be used");
    let (whole, decimals) = text.split_once('.').unwrap_or((text, ""));
    ensure!(decimals.len() <= 4 && whole.len() <= 9 && decimals.chars().all(|c| c.is_ascii_digit()), failed());
    let denom = 10_i64.pow(decimals.len() as u32);
    let fraction = if decimals.is_empty() { 0 } else { decimals.parse().with_context(failed)? };
    let whole: i64 = if whole.is_empty() { 0 } else { whole.parse().with_context(failed)? };
    let sign = if text.starts_with('-') { -1 } else { 1 };
    Ok(Quarters::new(whole * denom + sign * fraction, denom))
}

fn not_too_long(time: Quarters) -> Result<Quarters> {
    ensure!(time <= Quarters::from_integer(LONGEST), "it is longer than {LONGEST} quarter notes");
    Ok(time)
}
