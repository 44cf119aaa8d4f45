use anyhow::{Context, Result, anyhow, ensure};
use std::fmt;
use std::str::FromStr;

/// A key of a piano as MIDI numbers it: 60 is middle C (C4), 0 to 127.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Pitch(u8);

impl Pitch {
    /// Middle C.
    pub const C4: Pitch = Pitch(60);

    /// The pitch of a MIDI number.
    ///
    /// # Errors
    /// The number is above 127.
    pub fn from_midi(number: u8) -> Result<Pitch> {
        ensure!(number < 128, "a MIDI pitch must be below 128, not {number}");
        Ok(Pitch(number))
    }

    /// Its MIDI number, 0 to 127.
    pub fn midi(self) -> u8 {
        self.0
    }

    /// Its place in the octave: C is 0, B is 11.
    pub fn class(self) -> u8 {
        self.0 % 12
    }

    /// Its octave, -1 to 9. Middle C begins octave 4.
    pub fn octave(self) -> i32 {
        i32::from(self.0 / 12) - 1
    }

    /// The pitch so many semitones higher; none beyond MIDI's range.
    pub fn transposed(self, semitones: i32) -> Option<Pitch> {
        u8::try_from(i32::from(self.0).checked_add(semitones)?).ok().filter(|number| *number < 128).map(Pitch)
    }
}

/// Names of the twelve pitch classes as music21 spells them when it reads MIDI: `-` is a flat.
const NAMES: [&str; 12] = ["C", "C#", "D", "E-", "E", "F", "F#", "G", "G#", "A", "B-", "B"];

/// music21's `nameWithOctave` of a note that it reads from MIDI: `G2`, `B-3`, `F#4`. A pitch class has one name in all
/// keys, also in a transposed piece (where music21 writes some as `D-4` or `F##4`).
///
/// Below 12, in octave -1, a natural is marked: `En-1`. music21 writes `E-1` there, as for E flat in octave 1.
impl fmt::Display for Pitch {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let name = NAMES[usize::from(self.class())];
        let natural = if self.octave() < 0 && name.len() == 1 { "n" } else { "" };
        write!(f, "{name}{natural}{}", self.octave())
    }
}

impl FromStr for Pitch {
    type Err = anyhow::Error;

    /// Reads a letter, accidentals and an octave. `#` is a sharp, `-` a flat, each may be repeated; `n` is a natural.
    /// `B-3` is B flat, `F##4` sounds as G. `E-1` is E flat in octave 1; `En-1` and `E--1` are in octave -1.
    fn from_str(name: &str) -> Result<Pitch> {
        let failed = || anyhow!("`{name}` is not a pitch: expected a name such as C4, F#4 or B-3");
        let mut letters = name.chars();
        let class = match letters.next().with_context(failed)? {
            'C' => 0,
            'D' => 2,
            'E' => 4,
            'F' => 5,
            'G' => 7,
            'A' => 9,
            'B' => 11,
            _ => return Err(failed()),
        };
        let rest = letters.as_str();
        let below_zero = rest.len() > 2 && rest.ends_with("-1");
        let octave_at = rest.len().saturating_sub(if below_zero { 2 } else { 1 });
        let (accidentals, octave) = rest.split_at_checked(octave_at).with_context(failed)?;
        let octave: i32 = octave.parse().ok().filter(|octave| (-1..=9).contains(octave)).with_context(failed)?;
        let mut number = class + 12 * (octave + 1);
        for accidental in accidentals.chars() {
            number += match accidental {
                '#' => 1,
                '-' => -1,
                'n' => 0,
                _ => return Err(failed()),
            };
        }
        u8::try_from(number).ok().filter(|number| *number < 128).map(Pitch).with_context(failed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_names_are_different_and_are_read_again() {
        let mut names: Vec<String> = (0..128).map(|number| Pitch(number).to_string()).collect();
        for (number, name) in (0..128).zip(&names) {
            assert_eq!(name.parse::<Pitch>().unwrap(), Pitch(number), "{name}");
        }
        names.sort();
        names.dedup();
        assert_eq!(names.len(), 128);
    }

    #[test]
    fn names_are_those_of_music21() {
        let names =
            [(36, "C2"), (43, "G2"), (58, "B-3"), (60, "C4"), (63, "E-4"), (66, "F#4"), (68, "G#4"), (127, "G9")];
        for (number, name) in names {
            assert_eq!(Pitch(number).to_string(), name);
        }
        let spelled = [("D-4", 61), ("F##4", 67), ("B--3", 57), ("E-1", 27), ("En-1", 4), ("E--1", 3), ("C#-1", 1)];
        for (name, number) in spelled {
            assert_eq!(name.parse::<Pitch>().unwrap(), Pitch(number), "{name}");
        }
    }

    #[test]
    fn other_words_are_no_pitches() {
        for name in
            ["", "C", "H4", "c4", "C10", "C+4", "C4.E4", "G#9", "Cx4", "Cé", "é4", "C#", "rest", "C----------9999"]
        {
            let error = name.parse::<Pitch>().unwrap_err().to_string();
            assert!(error.contains(&format!("`{name}` is not a pitch")), "{error}");
        }
    }

    #[test]
    fn transposition_ends_at_the_ends_of_the_range() {
        assert_eq!(Pitch::C4.transposed(-12), Some(Pitch(48)));
        for semitones in [68, -61, i32::MAX, i32::MIN] {
            assert_eq!(Pitch::C4.transposed(semitones), None);
        }
    }
}
