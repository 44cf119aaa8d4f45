//! Synthetic data for the JSB chorales: pieces in four voices by the rules of harmony.
//!
//! A piece is in one of fourteen keys and has phrases of two bars: six chords of a quarter note, then one of two. A table
//! says which chord follows which, a phrase ends with a cadence, and the voices of each chord are those that move least
//! without parallel fifths and octaves. Passing notes fill thirds.

mod harmony;
mod voices;

use std::path::Path;

use anyhow::Result;
use half::f16;

use crate::dice::Dice;
use crate::format::{npz, objects};
use harmony::{Key, phrase};
use voices::{Voices, lead};

/// Sixteenths of a quarter note.
const QUARTER: usize = 4;

/// How many pieces to write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Config {
    /// Seed of all choices.
    pub seed: u64,
    /// Pieces for training.
    pub train: u64,
    /// Pieces for validation.
    pub valid: u64,
    /// Pieces for testing.
    pub test: u64,
}

impl Default for Config {
    fn default() -> Config {
        Config { seed: 1685, train: 229, valid: 76, test: 77 }
    }
}

/// The MIDI pitch of each voice (soprano, alto, tenor, bass) during a sixteenth; none is silence.
pub type Step = [Option<u8>; 4];

/// Writes `Jsb16thSeparated.npz` to the folder `dir`.
///
/// # Errors
/// The file cannot be written.
pub fn write(dir: &Path, config: &Config) -> Result<()> {
    let mut arrays = vec![];
    for (file, name, count) in [(0, "train", config.train), (1, "valid", config.valid), (2, "test", config.test)] {
        let number = |pitch: Option<u8>| pitch.map_or(f16::NAN, f16::from);
        let piece = |i| piece(&mut Dice::new(config.seed, file, i)).iter().map(|step| step.map(number)).collect();
        let mut bytes = vec![];
        objects::write(&mut bytes, &(0..count).map(piece).collect::<Vec<_>>())?;
        arrays.push((name, bytes));
    }
    npz::write(&dir.join("Jsb16thSeparated.npz"), &arrays)
}

/// A piece of four to seven phrases, sixteenth by sixteenth.
fn piece(dice: &mut Dice) -> Vec<Step> {
    let key = Key::random(dice);
    let phrases = 4 + dice.below(4);
    let mut chords: Vec<(Voices, usize)> = vec![];
    for number in 1..=phrases {
        let phrase = phrase(number == phrases, dice);
        for (i, chord) in phrase.iter().enumerate() {
            let quarters = if i + 1 == phrase.len() { 2 } else { 1 };
            let before = chords.last().map(|(voices, _)| voices);
            chords.push((lead(&key.classes(*chord), before, dice), quarters * QUARTER));
        }
    }
    let mut steps: Vec<Step> = vec![];
    for (i, (voices, length)) in chords.iter().enumerate() {
        let next = chords.get(i + 1).filter(|_| *length == QUARTER).map(|(voices, _)| voices);
        let passing = next.map_or(*voices, |next| passing_notes(&key, voices, next, dice));
        steps.extend((0..*length).map(|step| if step < QUARTER / 2 { *voices } else { passing }.map(Some)));
    }
    // Some pieces begin with a rest, as some of Bach's do.
    if dice.chance(0.03) {
        steps[..QUARTER].fill([None; 4]);
    }
    steps
}

/// The second half of a quarter note: where a voice is about to move by a third, it may take the note between.
fn passing_notes(key: &Key, voices: &Voices, next: &Voices, dice: &mut Dice) -> Voices {
    let mut passing = *voices;
    for (pitch, next) in passing.iter_mut().zip(next) {
        let (low, high) = (*next.min(pitch), *next.max(pitch));
        let between = (low + 1..high).find(|pitch| key.has(*pitch));
        if (3..=4).contains(&(high - low)) && dice.chance(0.5) {
            *pitch = between.unwrap_or(*pitch);
        }
    }
    passing
}
