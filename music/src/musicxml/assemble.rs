//! From measures to a score.

use super::part::Measure;
use crate::score::in_order;
use crate::{Change, Note, Pitch, Quarters, Score};
use anyhow::{Result, ensure};
use std::collections::HashMap;

/// The longest piece in quarter notes.
const LONGEST: i64 = 100_000;

/// A part as it is read.
pub(super) struct Part {
    pub name: String,
    pub program: u8,
    pub measures: Vec<Measure>,
}

/// Puts the measures of all parts one after the other.
pub(super) fn score(parts: Vec<Part>) -> Result<Score> {
    let starts = starts(&parts)?;
    let mut score = Score { parts: vec![], tempos: vec![], meters: meters(&parts, &starts), keys: vec![] };
    for part in &parts {
        let measures = || part.measures.iter().zip(&starts);
        let tempos = measures().flat_map(|(measure, start)| measure.tempos.iter().map(move |tempo| (*start, tempo)));
        score.tempos.extend(tempos.map(|(start, (at, tempo))| Change { at: start + at, value: *tempo }));
        if score.keys.is_empty() {
            let keys = measures().filter_map(|(measure, start)| Some(Change { at: *start, value: measure.key? }));
            score.keys.extend(keys);
        }
        let notes = notes(measures());
        if !notes.is_empty() {
            score.parts.push(crate::Part { name: part.name.clone(), program: part.program, notes });
        }
    }
    ensure!(!score.parts.is_empty(), "this MusicXML has no notes");
    Ok(Score { tempos: in_order(score.tempos), keys: in_order(score.keys), ..score })
}

/// Where measures begin; each is as long as in its longest part. The last entry is the end.
fn starts(parts: &[Part]) -> Result<Vec<Quarters>> {
    let measures = parts.iter().map(|part| part.measures.len()).max().unwrap_or(0);
    let mut start = Quarters::from_integer(0);
    let mut starts = vec![start];
    for number in 0..measures {
        start += length(parts, number);
        ensure!(start <= Quarters::from_integer(LONGEST), "this MusicXML is longer than {LONGEST} quarter notes");
        starts.push(start);
    }
    Ok(starts)
}

fn length(parts: &[Part], number: usize) -> Quarters {
    let lengths = parts.iter().filter_map(|part| part.measures.get(number)).map(|measure| measure.length);
    lengths.max().unwrap_or(Quarters::from_integer(0))
}

/// The meters of all measures, so that bars are as long as measures.
fn meters(parts: &[Part], starts: &[Quarters]) -> Vec<Change<(u8, u8)>> {
    let mut meter = (4, 4);
    let mut meters = vec![];
    for (number, bounds) in starts.windows(2).enumerate() {
        let new = parts.iter().filter_map(|part| part.measures.get(number)?.meter).next();
        meter = new.unwrap_or(meter);
        let length = bounds[1] - bounds[0];
        if length > Quarters::from_integer(0) {
            meters.push(Change { at: bounds[0], value: fitting(length, meter).unwrap_or(meter) });
        }
    }
    in_order(meters)
}

/// The meter of a bar of this length: with the beat of the meter that is written, or a smaller one.
fn fitting(length: Quarters, (_, unit): (u8, u8)) -> Option<(u8, u8)> {
    let units = (0..=6).map(|power| 1_u8 << power).filter(|smaller| *smaller >= unit);
    units
        .filter_map(|unit| {
            let beats = length * Quarters::new(i64::from(unit), 4);
            Some((u8::try_from(*beats.numer()).ok().filter(|_| beats.is_integer())?, unit))
        })
        .next()
}

/// The notes of a part, those that are tied as one.
fn notes<'a>(measures: impl Iterator<Item = (&'a Measure, &'a Quarters)>) -> Vec<Note> {
    let mut notes: Vec<Note> = vec![];
    let mut open = HashMap::<Pitch, usize>::new();
    for (measure, measure_start) in measures {
        let mut written: Vec<_> = measure.notes.iter().collect();
        written.sort_by_key(|note| (note.start, note.pitch));
        for note in written {
            let start = measure_start + note.start;
            let before = open.remove(&note.pitch).filter(|index| note.tied && notes[*index].end() == start);
            let index = match before {
                Some(index) => {
                    notes[index].length += note.length;
                    index
                }
                None => {
                    notes.push(Note::new(start, note.pitch, note.length));
                    notes.len() - 1
                }
            };
            if note.ties {
                open.insert(note.pitch, index);
            }
        }
    }
    notes.sort_by_key(|note| (note.start, note.pitch));
    notes
}
