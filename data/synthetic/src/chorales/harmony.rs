//! Keys, chords, and which chord follows which.

use crate::dice::Dice;

/// The scale of a key.
#[derive(Clone, Copy, Debug)]
pub struct Key {
    /// Pitch classes of the seven degrees; in minor the natural ones.
    degrees: [u8; 7],
    minor: bool,
}

/// A triad, and how it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Chord {
    I,
    /// The tonic with its third in the bass.
    I6,
    /// On the second degree, with its third in the bass.
    Ii6,
    Iv,
    V,
    /// The dominant with its third, the leading note, in the bass.
    V6,
    Vi,
}

/// Pitch classes of a chord in a key.
#[derive(Clone, Copy, Debug)]
pub struct Classes {
    /// Root, third and fifth.
    pub notes: [u8; 3],
    /// The one in the bass.
    pub bass: u8,
    /// The leading note of a dominant, which no two voices have.
    pub leading: Option<u8>,
}

/// Tonics of chorales: C, D, E flat, F, G, A, B flat in major; C, D, E, F sharp, G, A, B in minor.
const MAJOR_TONICS: [u8; 7] = [0, 2, 3, 5, 7, 9, 10];
const MINOR_TONICS: [u8; 7] = [0, 2, 4, 6, 7, 9, 11];

/// Semitones of the degrees above the tonic.
const MAJOR: [u8; 7] = [0, 2, 4, 5, 7, 9, 11];
const MINOR: [u8; 7] = [0, 2, 3, 5, 7, 8, 10];

/// The last three chords of a phrase: authentic cadences, and half cadences.
const AUTHENTIC: [[Chord; 3]; 3] =
    [[Chord::Iv, Chord::V, Chord::I], [Chord::Ii6, Chord::V, Chord::I], [Chord::I6, Chord::V, Chord::I]];
const HALF: [[Chord; 3]; 2] = [[Chord::I, Chord::Ii6, Chord::V], [Chord::Vi, Chord::Iv, Chord::V]];

impl Key {
    /// A random one; two of five are minor.
    pub fn random(dice: &mut Dice) -> Key {
        let minor = dice.chance(0.4);
        let (tonic, steps) = if minor { (dice.any(&MINOR_TONICS), MINOR) } else { (dice.any(&MAJOR_TONICS), MAJOR) };
        Key { degrees: steps.map(|step| (tonic + step) % 12), minor }
    }

    /// Whether a pitch is in the scale.
    pub fn has(&self, pitch: u8) -> bool {
        self.degrees.contains(&(pitch % 12))
    }

    /// The pitch classes of a chord.
    pub fn classes(&self, chord: Chord) -> Classes {
        let (root, in_bass) = match chord {
            Chord::I => (0, 0),
            Chord::I6 => (0, 1),
            Chord::Ii6 => (1, 1),
            Chord::Iv => (3, 0),
            Chord::V => (4, 0),
            Chord::V6 => (4, 1),
            Chord::Vi => (5, 0),
        };
        let mut notes = [0, 2, 4].map(|third| self.degrees[(root + third) % 7]);
        let is_dominant = root == 4;
        if is_dominant && self.minor {
            notes[1] = (notes[1] + 1) % 12; // the leading note
        }
        Classes { notes, bass: notes[in_bass], leading: is_dominant.then_some(notes[1]) }
    }
}

impl Chord {
    /// What follows, with relative probabilities.
    fn next(self) -> &'static [(Chord, f32)] {
        match self {
            Chord::I => &[(Chord::I6, 2.0), (Chord::Iv, 3.0), (Chord::V, 3.0), (Chord::V6, 1.0), (Chord::Vi, 2.0)],
            Chord::I6 => &[(Chord::Iv, 3.0), (Chord::V, 2.0), (Chord::Ii6, 2.0), (Chord::I, 1.0)],
            Chord::Ii6 => &[(Chord::V, 1.0)],
            Chord::Iv => &[(Chord::V, 4.0), (Chord::I, 2.0), (Chord::Ii6, 2.0), (Chord::I6, 1.0)],
            Chord::V => &[(Chord::I, 5.0), (Chord::Vi, 2.0), (Chord::I6, 1.0)],
            Chord::V6 => &[(Chord::I, 1.0)],
            Chord::Vi => &[(Chord::Iv, 3.0), (Chord::Ii6, 3.0), (Chord::V, 1.0), (Chord::I6, 1.0)],
        }
    }
}

/// The seven chords of a phrase, which begins with the tonic; the last phrase of a piece ends with it, too.
pub fn phrase(is_last: bool, dice: &mut Dice) -> Vec<Chord> {
    let mut chords = vec![Chord::I];
    while chords.len() < 4 {
        chords.push(dice.pick(chords[chords.len() - 1].next()));
    }
    let ends_open = !is_last && dice.chance(0.4);
    chords.extend(if ends_open { dice.any(&HALF) } else { dice.any(&AUTHENTIC) });
    chords
}
