//! Pieces of music for several instruments, on a grid of sixteenths.

use anyhow::{Context, Result};
use common::music::{Note, Part, Pitch, Quarters, Score};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Sixteenths of a quarter note.
pub const QUARTER: i64 = 4;
/// Quarter notes per minute of new music.
const TEMPO: f64 = 72.0;

/// An instrument.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Instrument {
    /// Its number in General MIDI, 0 to 127.
    pub program: u8,
    /// Its name in scores.
    pub name: String,
}

impl Instrument {
    /// That of a part.
    pub fn of(part: &Part) -> Instrument {
        Instrument { program: part.program, name: part.name.clone() }
    }
}

/// A note; times and lengths in sixteenths.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PieceNote {
    /// Where it begins.
    pub start: u32,
    /// The number of its instrument.
    pub instrument: usize,
    /// Its MIDI pitch.
    pub pitch: u8,
    /// Its length, above 0.
    pub length: u32,
    /// The class of its loudness.
    pub loudness: usize,
}

impl PieceNote {
    /// Where it ends.
    pub fn end(&self) -> u32 {
        self.start + self.length
    }
}

/// Notes by start, instrument and pitch. No instrument has two of one pitch at a time.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Piece {
    notes: Vec<PieceNote>,
}

impl Piece {
    /// A piece of notes in any order. A note ends where the same key is struck again; of two that begin at once, the longer
    /// one stays. Notes without length are left out.
    pub fn new(mut notes: Vec<PieceNote>) -> Piece {
        notes.retain(|note| note.length > 0);
        // The longest of equal ones first, which then stays.
        notes.sort_by_key(|note| (note.instrument, note.pitch, note.start, u32::MAX - note.length, note.loudness));
        notes.dedup_by_key(|note| (note.instrument, note.pitch, note.start));
        for i in 1..notes.len() {
            let next = notes[i];
            let note = &mut notes[i - 1];
            if (note.instrument, note.pitch) == (next.instrument, next.pitch) {
                note.length = note.length.min(next.start - note.start);
            }
        }
        notes.sort();
        Piece { notes }
    }

    /// The notes, sorted.
    pub fn notes(&self) -> &[PieceNote] {
        &self.notes
    }

    /// A score on the grid: times move to the nearest sixteenth, and lengths are at least one. Parts of other instruments
    /// are left out. `loudness` gives the class of a velocity.
    pub fn from_score(score: &Score, instruments: &[Instrument], loudness: impl Fn(u8) -> usize) -> Piece {
        let mut notes = vec![];
        for part in &score.parts {
            let found = instruments.iter().position(|instrument| *instrument == Instrument::of(part));
            let Some(instrument) = found else { continue };
            for note in &part.notes {
                let (start, end) = (sixteenth(note.start), sixteenth(note.end()));
                notes.push(PieceNote {
                    start,
                    instrument,
                    pitch: note.pitch.midi(),
                    length: end.saturating_sub(start).max(1),
                    loudness: loudness(note.velocity),
                });
            }
        }
        Piece::new(notes)
    }

    /// As a score with a part for each instrument that plays. `velocities` are those of the classes of loudness.
    ///
    /// # Errors
    /// A pitch is above MIDI's, or there is no such instrument or class.
    pub fn to_score(&self, instruments: &[Instrument], velocities: &[u8]) -> Result<Score> {
        let mut by_instrument: BTreeMap<usize, Vec<Note>> = (0..instruments.len()).map(|i| (i, vec![])).collect();
        for note in &self.notes {
            let time = |sixteenths: u32| Quarters::new(i64::from(sixteenths), QUARTER);
            let velocity = velocities.get(note.loudness).context("a note has a loudness that there is not")?;
            let notes =
                by_instrument.get_mut(&note.instrument).context("a note is for an instrument that there is not")?;
            let pitch = Pitch::from_midi(note.pitch)?;
            notes.push(Note { velocity: *velocity, ..Note::new(time(note.start), pitch, time(note.length)) });
        }
        let parts = instruments.iter().zip(by_instrument.into_values()).filter(|(_, notes)| !notes.is_empty());
        let part = |(instrument, notes): (&Instrument, Vec<Note>)| Part {
            name: instrument.name.clone(),
            program: instrument.program,
            notes,
        };
        Ok(Score::new(parts.map(part).collect(), TEMPO))
    }
}

/// The nearest sixteenth to a time; the later one in the middle between two.
fn sixteenth(time: Quarters) -> u32 {
    let rounded = (time * Quarters::from_integer(QUARTER)).round();
    u32::try_from(*rounded.numer()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn note(start: u32, pitch: u8, length: u32) -> PieceNote {
        PieceNote { start, instrument: 0, pitch, length, loudness: 0 }
    }

    #[test]
    fn a_key_is_struck_once_at_a_time() {
        let piece = Piece::new(vec![note(4, 60, 8), note(0, 60, 6), note(4, 60, 2), note(2, 62, 0), note(0, 64, 4)]);
        assert_eq!(piece.notes(), [note(0, 60, 4), note(0, 64, 4), note(4, 60, 8)]);
    }

    #[test]
    fn scores_move_to_the_grid_and_come_back() {
        let q = Quarters::new;
        let at = |start, pitch: u8, length| Note::new(start, Pitch::from_midi(pitch).unwrap(), length);
        // A triplet eighth, a thirty-second, a quarter.
        let notes = vec![at(q(0, 1), 60, q(1, 3)), at(q(1, 3), 62, q(1, 8)), at(q(1, 1), 64, q(1, 1))];
        let part = |name: &str| Part { name: name.to_string(), program: 68, notes: notes.clone() };
        let score = Score::new(vec![part("Oboe"), part("nobody")], 100.0);
        let instruments = [Instrument { program: 68, name: "Oboe".to_string() }];
        let piece = Piece::from_score(&score, &instruments, |_| 0);
        assert_eq!(piece.notes(), [note(0, 60, 1), note(1, 62, 1), note(4, 64, 4)]);
        let score = piece.to_score(&instruments, &[80]).unwrap();
        assert_eq!((score.parts.len(), score.parts[0].notes[2].velocity), (1, 80));
        assert_eq!(Piece::from_score(&score, &instruments, |_| 0), piece);
        assert!(piece.to_score(&[], &[80]).is_err() && piece.to_score(&instruments, &[]).is_err());
    }
}
