//! Times on the grid of sixteenths and triplet eighths, as music21 10.5.1 quantizes when it reads MIDI (`quantizePost`,
//! with the default divisors 4 and 3).
//!
//! The choices between the two grids depend on floating-point remainders in music21 (`1.0 % (1 / 3)` is not 0). They
//! are made with the same arithmetic here, so that the results are equal; the results themselves are exact.

use crate::score::in_order;
use crate::{Change, Note, Part, Quarters, Score};
use std::collections::BTreeSet;

/// Parts of a quarter note: sixteenths, and eighths of a triplet.
const DIVISORS: [i64; 2] = [4, 3];
/// Notes that start less than this apart, and end no more than this apart, become a chord: a unit of the finer grid.
const CHORD: Quarters = Quarters::new_raw(1, 4);

/// Moves all times to a grid of sixteenths and triplet eighths, as music21 does when it reads MIDI; the book's notes
/// are made so. Not for MIDI that [`write`](crate::midi::write) wrote: its times are exact already, and runs faster
/// than sixteenths would change.
///
/// In each part:
/// 1. Notes that start less than a sixteenth apart and end at most a sixteenth apart become a chord. It starts with its
///    first note, and is as long as its last one, in the order of the file. So a run of two 32nds is a chord, too.
/// 2. A start moves to the nearest point of either grid; in the middle between two, to the sixteenth.
/// 3. A length becomes a multiple of a sixteenth or a triplet eighth, at least one of them: of the unit that best fills
///    the time to the next start, then of the nearer one, then of the sixteenth.
///
/// Tempos, meters and keys move as starts do.
pub fn quantize(score: &Score) -> Score {
    Score {
        parts: score.parts.iter().map(|part| Part { notes: notes(&part.notes), ..part.clone() }).collect(),
        tempos: moved(&score.tempos),
        meters: moved(&score.meters),
        keys: moved(&score.keys),
    }
}

fn moved<T: Copy + PartialEq>(changes: &[Change<T>]) -> Vec<Change<T>> {
    in_order(changes.iter().map(|change| Change { at: start(change.at).time, value: change.value }).collect())
}

/// The quantized notes of a part.
fn notes(notes: &[Note]) -> Vec<Note> {
    let chords = chords(notes);
    let starts: Vec<Match> = chords.iter().map(|chord| start(chord[0].start)).collect();
    // The nearest later start that differs, from the end backwards.
    let mut next = vec![None; starts.len()];
    for i in (1..starts.len()).rev() {
        next[i - 1] = if starts[i].float > starts[i - 1].float { Some(starts[i]) } else { next[i] };
    }
    let mut found = vec![];
    for ((chord, at), next) in chords.iter().zip(&starts).zip(next) {
        let gap = next.map_or(Quarters::from_integer(0), |next: Match| next.time - at.time);
        let last = chord[chord.len() - 1];
        let length = best(last.length, false, float(gap)).time;
        found.extend(chord.iter().map(|note| Note { start: at.time, length, ..**note }));
    }
    found
}

/// The notes that are struck together, in the order of their starts. As in music21, a note that joined a chord begins
/// none, but may join a second one.
fn chords(notes: &[Note]) -> Vec<Vec<&Note>> {
    let mut sorted: Vec<&Note> = notes.iter().collect();
    sorted.sort_by_key(|note| note.start);
    let mut taken = vec![false; sorted.len()];
    // The later notes that start soon enough, by their ends, so that many notes at once take no longer.
    let (mut window, mut entered) = (BTreeSet::new(), 0);
    let mut chords = vec![];
    for (i, first) in sorted.iter().enumerate() {
        while let Some(note) = sorted.get(entered).filter(|note| note.start - first.start < CHORD) {
            window.insert((note.end(), entered));
            entered += 1;
        }
        window.remove(&(first.end(), i));
        if taken[i] {
            continue;
        }
        let together = (first.end() - CHORD, 0)..=(first.end() + CHORD, usize::MAX);
        let mut others: Vec<usize> = window.range(together).map(|(_, other)| *other).collect();
        others.sort_unstable();
        others.iter().for_each(|other| taken[*other] = true);
        chords.push([i].into_iter().chain(others).map(|i| sorted[i]).collect());
    }
    chords
}

/// A point of one of the grids.
#[derive(Debug, Clone, Copy)]
struct Match {
    time: Quarters,
    /// The time as music21 has it.
    float: f64,
}

fn start(time: Quarters) -> Match {
    best(time, true, 0.0)
}

/// The multiple of a grid's unit that fits best: it leaves least of the gap unfilled, is nearest, has the smaller unit.
fn best(time: Quarters, zero_allowed: bool, gap: f64) -> Match {
    let target = float(time);
    let candidates = DIVISORS.map(|divisor| {
        let unit = 1.0 / divisor as f64;
        let (mut multiple, mut error) = nearest(target, unit);
        if multiple == 0 && !zero_allowed {
            (multiple, error) = (1, rounded((target - unit).abs()));
        }
        let float = multiple as f64 * unit;
        let unfilled = if gap % unit == 0.0 { 0.0 } else { (gap - float).max(0.0) };
        (unfilled, error, Match { time: Quarters::new(multiple, divisor), float })
    });
    let [sixteenths, triplets] = candidates;
    if (triplets.0, triplets.1) < (sixteenths.0, sixteenths.1) { triplets.2 } else { sixteenths.2 }
}

/// The nearest multiple of a unit, the lower one in the middle between two; and how far it is, to seven digits.
fn nearest(target: f64, unit: f64) -> (i64, f64) {
    let below = (target / unit).floor();
    let (low, high) = (unit * below, unit * (below + 1.0));
    if low <= target && target <= low + unit / 2.0 {
        (below as i64, rounded(target - low))
    } else {
        (below as i64 + 1, rounded(high - target))
    }
}

fn rounded(error: f64) -> f64 {
    (error * 1e7).round() / 1e7
}

fn float(time: Quarters) -> f64 {
    *time.numer() as f64 / *time.denom() as f64
}
