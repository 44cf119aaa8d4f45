//! A part as a staff of acorde's score: note values, ties, triplets, rests, clef and letters.

use super::rhythm::{Levels, Value};
use super::slices::{Beat, Content, Slice, Tone, contents};
use super::{clef, key};
use crate::bars::Bar;
use crate::{Part, Quarters};
use acorde_core as acorde;
use acorde_core::{Duration, TupletBoundary, TupletInfo};
use anyhow::{Context, Result};
use num_rational::Ratio;

/// A part in these bars. `keys` are the key signatures of the bars.
///
/// # Errors
/// A bar's length has no note values.
pub(super) fn staff(part: &Part, bars: &[Bar], keys: &[i8]) -> Result<acorde::Staff> {
    let mut notes = part.notes.clone();
    notes.sort_unstable();
    let part = Part { notes, ..part.clone() };
    let mut staff = acorde::Staff::new(clef::of(&part));
    for ((content, bar), key) in contents(&part.notes, bars).iter().zip(bars).zip(keys) {
        let mut measure = acorde::Measure::empty(bar.meter.0, bar.meter.1);
        measure.voices[0] = Writer { part: &part, bar, key: *key, notes: vec![] }.write(content)?;
        staff.measures.push(measure);
    }
    Ok(staff)
}

/// Writes the notes of a bar.
struct Writer<'a> {
    part: &'a Part,
    bar: &'a Bar,
    key: i8,
    notes: Vec<acorde::Note>,
}

impl Writer<'_> {
    fn write(mut self, content: &Content) -> Result<Vec<acorde::Note>> {
        if content.slices.iter().all(|slice| slice.tones.is_empty()) {
            return Ok(vec![acorde::Note::rest(Duration::Whole)]); // the rest of a whole bar, whatever the meter
        }
        for slice in &content.slices {
            let mut start = slice.start;
            while start < slice.end {
                // To the next end of a triplet's beat; plain beats follow each other without a cut.
                let at = content.beats.partition_point(|beat| beat.end <= start);
                let later = content.beats[at..].iter();
                let beat = content.beats[at];
                let end = match beat.triplet {
                    true => beat.end,
                    false => later.take_while(|beat| !beat.triplet).map(|beat| beat.end).last().unwrap_or(beat.end),
                };
                let end = end.min(slice.end);
                if beat.triplet { self.in_triplet(slice, start, end, &beat) } else { self.plain(slice, start, end) }?;
                start = end;
            }
        }
        Ok(self.notes)
    }

    fn plain(&mut self, slice: &Slice, start: Quarters, end: Quarters) -> Result<()> {
        let from = self.bar.start;
        for (start, end) in Levels::of_bar(self.bar.meter).cut(start - from, end - from, slice.tones.is_empty()) {
            self.note(slice, (start + from, end + from), end - start)?;
        }
        Ok(())
    }

    fn in_triplet(&mut self, slice: &Slice, start: Quarters, end: Quarters, beat: &Beat) -> Result<()> {
        // Three notes in the time of two: written half as long again as they last.
        let stretch = Ratio::new(3, 2);
        let from = beat.start;
        let levels = Levels::of_triplet((beat.end - beat.start) / 2);
        let cuts = levels.cut((start - from) * stretch, (end - from) * stretch, slice.tones.is_empty());
        for (start, end) in cuts {
            let (first, last) = (start / stretch + from, end / stretch + from);
            self.note(slice, (first, last), end - start)?;
            if let Some(note) = self.notes.last_mut() {
                note.tuplet = Some(TupletInfo { actual_notes: 3, normal_notes: 2 });
                note.tuplet_boundary = match (first == beat.start, last == beat.end) {
                    (true, _) => Some(TupletBoundary::Start),
                    (false, true) => Some(TupletBoundary::Stop),
                    (false, false) => None,
                };
            }
        }
        Ok(())
    }

    /// Adds what sounds in a slice from one time to another, written with this length.
    fn note(&mut self, slice: &Slice, (start, end): (Quarters, Quarters), written: Quarters) -> Result<()> {
        let value = Value::from_length(written);
        let value = value.with_context(|| format!("internal error: no note lasts {written} quarter notes"))?;
        let mut note = acorde::Note::rest(duration(value.base)?);
        note.dot_count = u8::from(value.dotted);
        note.is_rest = slice.tones.is_empty();
        note.pitches = slice.tones.iter().map(|tone| key::spell(&self.part.notes, tone.note, self.key)).collect();
        let ties = |within: bool, beyond: fn(&Tone) -> bool| -> Vec<bool> {
            slice.tones.iter().map(|tone| within || beyond(tone)).collect()
        };
        note.set_pitch_ties(&ties(end < slice.end, |tone| tone.holds), &ties(start > slice.start, |tone| tone.held));
        self.notes.push(note);
        Ok(())
    }
}

/// acorde's name of a plain note value.
fn duration(base: Quarters) -> Result<Duration> {
    const DURATIONS: [Duration; 9] = [
        Duration::Breve,
        Duration::Whole,
        Duration::Half,
        Duration::Quarter,
        Duration::Eighth,
        Duration::Sixteenth,
        Duration::ThirtySecond,
        Duration::SixtyFourth,
        Duration::HundredTwentyEighth,
    ];
    let breve = Quarters::from_integer(8);
    let place = (0..DURATIONS.len()).find(|halvings| base * (1i64 << halvings) == breve);
    let found = place.and_then(|place| DURATIONS.get(place).cloned());
    found.with_context(|| format!("internal error: no note value lasts {base} quarter notes"))
}
