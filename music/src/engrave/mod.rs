//! Scores as engraved music, drawn by acorde and resvg.
//!
//! acorde draws what stands in its score; what stands there is decided here: the bars of the meters; the key signature, that
//! of the score or else the one with the fewest accidentals; the letters of the pitches by that key; treble, bass or alto
//! clef by the range of a part; note values that show the beats, with ties where a length is no note value or crosses a bar
//! line, dots, triplets, and rests between the notes. Each part has a staff. What overlaps within a part is written as tied
//! chords, as [`chordify`](crate::chordify) cuts it.
//!
//! Not drawn: names of instruments, tempos, bar numbers and dynamics; tuplets other than triplets, whose notes move to the
//! nearest place that can be written; notes too short for a sixty-fourth.

mod clef;
mod key;
mod raster;
mod rhythm;
mod slices;
mod spacing;
mod staff;

use crate::bars::{Bar, bars};
use crate::guard::guarded;
use crate::{Change, Score};
use acorde_core as acorde;
use acorde_core::{Barline, KeySignature, PartGroup, PartGroupSymbol, TimeSignature};
use acorde_layout::{LayoutConfig, RowLayout, compute_layout};
use acorde_render_svg::{SvgRenderConfig, SvgRenderOptions, render_svg_with_layout_config};
use anyhow::{Context, Result, ensure};
use std::ops::Range;

/// The most bars in an image, and the most parts.
const MOST_BARS: usize = 200;
const MOST_PARTS: usize = 32;
/// The most notes of a score; a symphony has fewer.
const MOST_NOTES: usize = 200_000;
/// Clear distance between the staves of a system, between systems and above the first one, in distances of two lines.
const STAFF_GAP: f32 = 6.5;
const SYSTEM_GAP: f32 = 5.0;
const MARGIN: f32 = 1.0;
/// What clef, key signature and meter take of a line, in distances of two lines.
const HEADER: f32 = 14.0;

/// What to draw of a score, and how large.
#[derive(Debug, Clone, PartialEq)]
pub struct Layout {
    /// The bars, counted from 0. Those beyond the end of the score are left out.
    pub bars: Range<usize>,
    /// The most bars in a line; bars with many notes get more room.
    pub bars_per_line: usize,
    /// Width of the image in pixels, 200 to 20,000.
    pub width: u32,
    /// Distance of two lines of a staff in pixels, 4 to 100.
    pub space: f32,
}

impl Default for Layout {
    /// The first eight bars, up to four in a line, as wide as a figure of ten inches: it draws 200 pixels an inch within a
    /// small margin.
    fn default() -> Layout {
        Layout { bars: 0..8, bars_per_line: 4, width: 1960, space: 12.0 }
    }
}

/// Engraved music: black on white.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Engraving {
    /// Width in pixels.
    pub width: usize,
    /// Height in pixels.
    pub height: usize,
    /// Red, green and blue of each pixel, row by row from the top left.
    pub rgb: Vec<u8>,
    /// Number of bars that are drawn.
    pub bars: usize,
}

/// Engraves bars of a score. A score without notes becomes a bar with rests.
///
/// # Errors
/// The score has no part, or times, meters or keys that cannot be written; the range has no bar of it; the image would be too
/// large, or too narrow for a bar.
pub fn engrave(score: &Score, layout: &Layout) -> Result<Engraving> {
    let bars = check(score, layout)?;
    let shown = &bars[layout.bars.start..];
    let last = shown.last().is_some_and(|bar| bar.end() >= score.end());
    guarded("engraving", || {
        let written = written(score, shown, layout.bars.start, last)?;
        let svg = svg(written, layout)?;
        let pixels = |spaces: f32| (spaces * layout.space).round() as usize;
        let raster = raster::draw(&svg)?.without_gaps(pixels(SYSTEM_GAP), pixels(MARGIN));
        Ok(Engraving { width: raster.width, height: raster.height, rgb: raster.rgb, bars: shown.len() })
    })
}

/// The bars from the beginning to the last one shown, of input that can be engraved.
fn check(score: &Score, layout: &Layout) -> Result<Vec<Bar>> {
    let Layout { bars: range, bars_per_line, width, space } = layout;
    ensure!((200..=20_000).contains(width), "an engraving is 200 to 20,000 pixels wide, not {width}");
    ensure!((4.0..=100.0).contains(space), "the lines of a staff are 4 to 100 pixels apart, not {space}");
    ensure!(*bars_per_line > 0, "a line of an engraving needs at least one bar");
    let count = range.len();
    ensure!((1..=MOST_BARS).contains(&count), "an engraving shows 1 to {MOST_BARS} bars, not {count}");
    let parts = score.parts.len();
    ensure!((1..=MOST_PARTS).contains(&parts), "a score to engrave has 1 to {MOST_PARTS} parts, not {parts}");
    let notes: usize = score.parts.iter().map(|part| part.notes.len()).sum();
    ensure!(notes <= MOST_NOTES, "a score to engrave has at most {MOST_NOTES} notes, not {notes}");
    if let Some(Change { at, value }) = score.keys.iter().find(|key| !(-7..=7).contains(&key.value)) {
        anyhow::bail!("the key signature at {at} has {value} sharps: it must be 7 flats (-7) to 7 sharps");
    }
    let bars = bars(score, range.end)?;
    ensure!(range.start < bars.len(), "the score has {} bars: there is none after bar {}", bars.len(), range.start);
    Ok(bars)
}

/// The bars as acorde's score; `first` is the number of those before, `ends` says that the piece ends with them.
fn written(score: &Score, bars: &[Bar], first: usize, ends: bool) -> Result<acorde::Score> {
    let estimate = key::estimate(score);
    let key_at = |bar: &Bar| {
        let known = score.keys.iter().filter(|key| key.at <= bar.start).max_by_key(|key| key.at);
        known.or(score.keys.iter().min_by_key(|key| key.at)).map_or(estimate, |key| key.value)
    };
    let keys: Vec<i8> = bars.iter().map(key_at).collect();
    let mut written = acorde::Score { parts: vec![], ..acorde::Score::default() };
    for part in &score.parts {
        let mut staff = staff::staff(part, bars, &keys)?;
        mark_bars(&mut staff, bars, &keys, first, ends);
        let mut part = acorde::Part::new("", ""); // names would need a font
        part.staves.push(staff);
        written.parts.push(part);
    }
    if written.parts.len() > 1 {
        let (first_part, last_part, symbol) = (0, written.parts.len() - 1, PartGroupSymbol::Bracket);
        written.part_groups.push(PartGroup { first_part, last_part, symbol, barlines_connect: true });
    }
    written.settings.key_signature = signature(keys[0]);
    written.settings.time_signature = meter(&bars[0]);
    Ok(written)
}

/// Adds meters, keys, numbers and the final bar line to the bars of a staff.
fn mark_bars(staff: &mut acorde::Staff, bars: &[Bar], keys: &[i8], first: usize, ends: bool) {
    for (i, (measure, bar)) in staff.measures.iter_mut().zip(bars).enumerate() {
        let before = i.checked_sub(1).map(|before| (bars[before].meter, keys[before]));
        measure.number = (first + i + 1) as u32;
        measure.time_sig = before.is_none_or(|(old, _)| old != bar.meter).then(|| meter(bar));
        measure.key_sig = before.is_none_or(|(_, old)| old != keys[i]).then(|| signature(keys[i]));
        if ends && i + 1 == bars.len() {
            measure.barline_right = Barline::Final;
        }
    }
}

fn signature(fifths: i8) -> KeySignature {
    KeySignature { fifths, mode: "major".to_string() } // the mode is not drawn
}

fn meter(bar: &Bar) -> TimeSignature {
    TimeSignature { numerator: bar.meter.0, denominator: bar.meter.1 }
}

/// The drawing, with as many bars in each line as have room, and lines of similar length.
fn svg(mut score: acorde::Score, layout: &Layout) -> Result<String> {
    let count = score.measure_count();
    let widest = (0..count).map(|bar| spacing::need(&score, bar)).fold(1.0, f32::max);
    let room = layout.width as f32 / layout.space - HEADER;
    let most = ((room / widest) as usize).clamp(1, layout.bars_per_line);
    let mut rows = compute_layout(&score, &LayoutConfig::default());
    spacing::align(&mut score, &rows);
    let lines = count.div_ceil(most);
    // 7 bars in lines of at most 3 become 3, 2 and 2.
    let bars = |line: usize| (line * count).div_ceil(lines)..((line + 1) * count).div_ceil(lines);
    rows.rows = (0..lines).map(|line| RowLayout { measure_indices: bars(line).collect() }).collect();
    let options = SvgRenderOptions {
        width: layout.width as f32,
        staff_size: layout.space,
        measures_per_system: most,
        interactive: false,
    };
    let config = SvgRenderConfig::new(options).with_staff_gap(STAFF_GAP).with_auto_beams();
    render_svg_with_layout_config(&score, &rows, &config)
        .with_context(|| format!("cannot engrave bars in {} pixels: make the image wider", layout.width))
}
