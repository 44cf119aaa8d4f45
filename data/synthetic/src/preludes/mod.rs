//! Synthetic data for Bach's cello suites: preludes and dances by rule, as MIDI files.
//!
//! A piece has phrases of four bars, a chord to a bar, in a key or one beside it. Chords follow each other by a table
//! of progressions; their basses stay near each other. A bar breaks its chord by one of a few figures, which have notes
//! beside those of the chord and double stops; some bars end with a run to the next bass. Every fourth phrase ends with
//! a pause, and a piece with a chord. Nothing is played faster than sixteenths.

mod figures;
mod harmony;

use std::path::Path;

use anyhow::{Context, Result};
use music::{Change, Note, Part, Pitch, Quarters, Score};

use crate::dice::Dice;
use figures::{KINDS, Kind, Sound};
use harmony::{Chord, Key, PAUSE, chords};

/// Tonics of the six suites, and whether they are minor: those of Bach's.
const KEYS: [(i32, bool); 6] = [(7, false), (2, true), (0, false), (3, false), (0, true), (2, false)];
/// The lowest and the highest note, the lowest and the highest bass.
const RANGE: (i32, i32) = (36, 69);
const BASSES: (i32, i32) = (36, 52);
/// Parts of a quarter note that all lengths are multiples of.
const GRID: i64 = 12;

/// How many pieces to write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Config {
    /// Seed of all choices.
    pub seed: u64,
    /// Number of pieces.
    pub pieces: u64,
}

impl Default for Config {
    fn default() -> Config {
        Config { seed: 1720, pieces: 36 }
    }
}

/// Writes `prelude-01.mid` and so on to the folder `dir`. Six pieces make a suite: one of each kind, in one key.
///
/// # Errors
/// A file cannot be written.
pub fn write(dir: &Path, config: &Config) -> Result<()> {
    for number in 0..config.pieces {
        let path = dir.join(format!("prelude-{:02}.mid", number + 1));
        let score = score(number, &mut Dice::new(config.seed, 0, number))?;
        std::fs::write(&path, music::midi::write(&score)?)
            .with_context(|| format!("cannot write {}", path.display()))?;
    }
    Ok(())
}

/// A piece.
fn score(number: u64, dice: &mut Dice) -> Result<Score> {
    let kind = KINDS[number as usize % KINDS.len()];
    let (tonic, minor) = KEYS[number as usize / KINDS.len() % KEYS.len()];
    let home = Key { tonic, minor };
    let notes = Piece::new(kind, chords(home, kind.phrases, dice)).played(dice)?;
    let part = Part { name: "Violoncello".to_string(), program: 42, notes };
    let at = Quarters::from_integer(0);
    let score = Score::new(vec![part], kind.tempo);
    Ok(Score {
        meters: vec![Change { at, value: kind.meter }],
        keys: vec![Change { at, value: home.sharps() }],
        ..score
    })
}

/// A piece while it is played.
struct Piece {
    kind: Kind,
    chords: Vec<(Key, Chord)>,
    /// The notes of each chord, from the bass upwards.
    tones: Vec<Vec<i32>>,
    /// Where the next note begins, in parts of the grid.
    now: i64,
    /// The note before.
    last: i32,
    notes: Vec<Note>,
}

impl Piece {
    fn new(kind: Kind, chords: Vec<(Key, Chord)>) -> Piece {
        let mut bass = 0;
        let tones = chords.iter().map(|(key, chord)| {
            let classes = chord.classes(*key);
            let basses = (BASSES.0..=BASSES.1).filter(|pitch| pitch.rem_euclid(12) == classes[0]);
            // The first bass is the lowest one, then each is the nearest one.
            bass = basses.min_by_key(|pitch| (pitch - bass).abs()).unwrap_or(BASSES.0);
            (bass..=RANGE.1).filter(|pitch| classes.contains(&pitch.rem_euclid(12))).collect()
        });
        let tones = tones.collect();
        Piece { kind, chords, tones, now: 0, last: 0, notes: vec![] }
    }

    /// All notes.
    fn played(mut self, dice: &mut Dice) -> Result<Vec<Note>> {
        let (beats, unit) = self.kind.meter;
        let bar = GRID * 4 * i64::from(beats) / i64::from(unit);
        let mut figures = dice.any(self.kind.figures);
        for number in 0..self.chords.len() {
            // The figures change with the phrase, or stay.
            if number % 4 == 0 && dice.chance(0.6) {
                figures = dice.any(self.kind.figures);
            }
            let end = bar * (number as i64 + 1);
            if number + 1 == self.chords.len() {
                self.strike(number, Sound::Stop(&[0, 2, 4]), bar)?;
            } else if (number + 1) % (4 * PAUSE) == 0 {
                self.strike(number, Sound::Stop(&[0, 2]), bar - GRID)?;
            } else {
                let (length, count) = self.kind.run;
                let run = if dice.chance(0.25) { length * count as i64 } else { 0 };
                self.bar(number, figures, end - run, dice)?;
                if run > 0 {
                    self.run(number, length, count)?;
                }
            }
            self.now = end; // a rest, if there is time left
        }
        Ok(self.notes)
    }

    /// A bar's figures, up to this time.
    fn bar(&mut self, number: usize, figures: [figures::Figure; 2], end: i64, dice: &mut Dice) -> Result<()> {
        let stop = dice.chance(0.12);
        for (i, (sound, length)) in figures.into_iter().flatten().enumerate() {
            if self.now < end {
                let doubled = i == 0 && stop && matches!(sound, Sound::Tone(0));
                let sound = if doubled { Sound::Stop(&[0, 2]) } else { *sound };
                self.strike(number, sound, *length.min(&(end - self.now)))?;
            }
        }
        Ok(())
    }

    /// Notes of the scale, one beside the other, towards the next bass.
    fn run(&mut self, number: usize, length: i64, count: usize) -> Result<()> {
        let (key, _) = self.chords[number];
        let next = self.tones[number + 1][0];
        let direction = if next < self.last { -1 } else { 1 };
        for _ in 0..count {
            let pitch = key.beside(self.last, direction).clamp(RANGE.0, RANGE.1);
            self.strike_pitches(&[pitch], length)?;
        }
        Ok(())
    }

    fn strike(&mut self, number: usize, sound: Sound, length: i64) -> Result<()> {
        let ((key, _), tones) = (self.chords[number], &self.tones[number]);
        let tone = |index: usize| tones[index.min(tones.len() - 1)];
        let pitches = match sound {
            Sound::Tone(index) => vec![tone(index)],
            Sound::Near(index, direction) => vec![key.beside(tone(index), direction)],
            Sound::Stop(indices) => indices.iter().map(|index| tone(*index)).collect(),
        };
        self.strike_pitches(&pitches, length)
    }

    fn strike_pitches(&mut self, pitches: &[i32], length: i64) -> Result<()> {
        let (start, length_in_quarters) = (Quarters::new(self.now, GRID), Quarters::new(length, GRID));
        for pitch in pitches {
            let pitch = Pitch::from_midi(u8::try_from(*pitch)?)?;
            self.notes.push(Note { velocity: 80, ..Note::new(start, pitch, length_in_quarters) });
        }
        self.now += length;
        self.last = pitches.last().copied().unwrap_or(self.last);
        Ok(())
    }
}
