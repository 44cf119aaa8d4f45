//! Where notes stand within a bar. acorde spaces them by time alone, each staff on its own.

use acorde_core::Score;
use acorde_layout::{LayoutResult, notation_density_units};

/// Distances in acorde 1.3.9, in distances of two lines: from the bar line to the first note; from an accidental's left end to
/// the middle of its note, without its own width.
const OPENING: f32 = 0.85;
const ACCIDENTAL: f32 = 0.56 + 0.18 + 0.15;
/// More room after a bar line. Beyond 0.3, acorde would widen the right margin of the page.
const MORE_OPENING: f32 = 0.3;
/// The least distance of two notes, and the most room that a bar may ask for because of one short note.
const NOTE: f32 = 1.6;
const MOST_FOR_SHORT: f32 = 48.0;

/// The room that a bar needs, in distances of two lines: for all of its notes, and so that the shortest one, which gets its
/// share of the time, does not touch the next.
pub(super) fn need(score: &Score, bar: usize) -> f32 {
    let staves = score.parts.iter().flat_map(|part| &part.staves);
    let shares = staves.filter_map(|staff| {
        let lengths = || staff.measures[bar].voices[0].iter().map(|note| note.beats());
        Some(lengths().sum::<f64>() / lengths().min_by(f64::total_cmp)?)
    });
    let shortest = shares.fold(1.0, f64::max) as f32;
    (notation_density_units(score, bar) as f32).max((NOTE * shortest).min(MOST_FOR_SHORT))
}

/// Moves notes a little, so that those that sound together stand above each other. acorde gives a staff more room before its
/// first note if that has an accidental, and the others not; here all staves get the room of the one that needs most.
pub(super) fn align(score: &mut Score, layout: &LayoutResult) {
    let bars = score.measure_count();
    let mut leads = vec![vec![OPENING; bars]; score.parts.len()];
    let marks = layout.accidentals.iter().map(|mark| (mark.part, mark.measure, mark.note_index, mark.alter));
    let courtesy = layout.courtesy_accidentals.iter();
    for (part, bar, note, alter) in
        marks.chain(courtesy.map(|mark| (mark.part, mark.measure, mark.note_index, mark.alter)))
    {
        if note == 0 {
            leads[part][bar] = leads[part][bar].max(ACCIDENTAL + accidental_width(alter));
        }
    }
    for bar in 0..bars {
        let widest = leads.iter().map(|leads| leads[bar]).fold(OPENING, f32::max);
        for (part, leads) in score.parts.iter_mut().zip(&leads) {
            let notes = &mut part.staves[0].measures[bar].voices[0];
            if notes.iter().all(|note| note.is_rest) {
                continue; // acorde puts the rest of a whole bar into its middle
            }
            let length: f64 = notes.iter().map(|note| note.beats()).sum();
            let mut before = 0.0;
            for note in notes {
                // The later in the bar, the less its first note matters.
                let later = f64::from(widest - leads[bar]) * (1.0 - before / length);
                note.offset_x = Some(10.0 * (f64::from(MORE_OPENING) + later)); // in tenths
                before += note.beats();
            }
        }
    }
}

/// Widths of accidentals in acorde.
fn accidental_width(alter: i8) -> f32 {
    match alter {
        -2 => 1.25,
        1 | 2 => 0.8,
        _ => 0.65,
    }
}
