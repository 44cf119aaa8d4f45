//! Keys, chords on the steps of a scale, and which chords follow each other.

use crate::dice::Dice;

/// A key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Key {
    /// The pitch class of its tonic: C is 0.
    pub tonic: i32,
    pub minor: bool,
}

/// Semitones of the seven steps above the tonic; in minor the natural ones.
const MAJOR: [i32; 7] = [0, 2, 4, 5, 7, 9, 11];
const MINOR: [i32; 7] = [0, 2, 3, 5, 7, 8, 10];

impl Key {
    /// The sharps of its signature, or below 0 its flats; at most six.
    pub fn sharps(self) -> i8 {
        let major = self.tonic + if self.minor { 3 } else { 0 };
        // A fifth up is a sharp more.
        ((major * 7 + 5).rem_euclid(12) - 5) as i8
    }

    /// The key a fifth higher, a fifth lower, or with the same signature in the other mode.
    fn neighbours(self) -> [Key; 3] {
        let fifth = |semitones: i32| Key { tonic: (self.tonic + semitones).rem_euclid(12), ..self };
        let relative = if self.minor { 3 } else { 9 };
        [fifth(7), fifth(5), Key { minor: !self.minor, ..fifth(relative) }]
    }

    /// Whether a pitch is in the scale. In minor, the seventh step is natural.
    fn has(self, pitch: i32) -> bool {
        let steps = if self.minor { MINOR } else { MAJOR };
        steps.contains(&(pitch - self.tonic).rem_euclid(12))
    }

    /// The next note of the scale above (1) or below (-1) a pitch. Below the tonic is its leading note, a semitone
    /// lower.
    pub fn beside(self, pitch: i32, direction: i32) -> i32 {
        if direction < 0 && pitch.rem_euclid(12) == self.tonic {
            return pitch - 1;
        }
        (1..12).map(|semitones| pitch + direction * semitones).find(|pitch| self.has(*pitch)).unwrap_or(pitch)
    }
}

/// A chord on a step of the scale.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Chord {
    /// Its root, counted from 0.
    step: usize,
    /// The number of the chord's note in the bass, from the root.
    bass: usize,
    /// Whether it has a seventh.
    seventh: bool,
}

impl Chord {
    const fn triad(step: usize, bass: usize) -> Chord {
        Chord { step, bass, seventh: false }
    }

    const fn seventh(step: usize, bass: usize) -> Chord {
        Chord { step, bass, seventh: true }
    }

    /// The pitch classes of its notes, the bass first.
    pub fn classes(self, key: Key) -> Vec<i32> {
        let steps = if key.minor { MINOR } else { MAJOR };
        let notes = (0..if self.seventh { 4 } else { 3 }).map(|third| {
            let step = (self.step + 2 * third) % 7;
            // The dominant has the leading note.
            let sharp = i32::from(key.minor && step == 6 && self.step == 4);
            (key.tonic + steps[step] + sharp).rem_euclid(12)
        });
        let mut notes: Vec<i32> = notes.collect();
        notes.rotate_left(self.bass);
        notes
    }
}

/// The first chord of all.
const TONIC: Chord = Chord::triad(0, 0);

/// Four bars each, which may follow each other in any order. The first six end so that there may be a pause.
const PROGRESSIONS: [[Chord; 4]; 9] = [
    [TONIC, Chord::triad(3, 2), Chord::seventh(4, 0), TONIC],
    [TONIC, Chord::triad(5, 0), Chord::triad(1, 1), Chord::triad(4, 0)],
    [Chord::triad(0, 1), Chord::triad(3, 0), Chord::seventh(4, 0), TONIC],
    [Chord::triad(5, 0), Chord::seventh(1, 0), Chord::seventh(4, 0), TONIC],
    [TONIC, Chord::seventh(1, 3), Chord::seventh(4, 1), TONIC],
    [Chord::triad(3, 0), Chord::triad(0, 1), Chord::triad(1, 1), Chord::triad(4, 0)],
    [TONIC, Chord::triad(4, 1), Chord::triad(5, 0), Chord::triad(2, 1)],
    [Chord::triad(5, 0), Chord::triad(2, 0), Chord::triad(3, 0), Chord::triad(0, 1)],
    [Chord::triad(3, 0), Chord::seventh(4, 3), Chord::triad(0, 1), Chord::seventh(4, 1)],
];
const CLOSED: usize = 6;
/// Every so many phrases there is a pause.
pub(super) const PAUSE: usize = 4;
/// The last four bars.
const CADENCE: [Chord; 4] = [Chord::triad(1, 1), Chord::triad(0, 2), Chord::seventh(4, 0), TONIC];

/// The chords of a piece of so many phrases, each with the key that it is in, four to a phrase. The piece goes through
/// related keys, and begins and ends in its own.
pub(super) fn chords(home: Key, phrases: usize, dice: &mut Dice) -> Vec<(Key, Chord)> {
    let mut key = home;
    let mut chords = vec![];
    for phrase in 0..phrases {
        let last = phrase + 1 == phrases;
        if phrase < 2 || phrase + 3 > phrases {
            key = home;
        } else if dice.chance(0.35) {
            key = if key == home { dice.any(&home.neighbours()) } else { home };
        }
        let progression = match phrase {
            _ if last => CADENCE,
            0 => PROGRESSIONS[0],
            _ if (phrase + 1) % PAUSE == 0 => dice.any(&PROGRESSIONS[..CLOSED]),
            _ => dice.any(&PROGRESSIONS),
        };
        chords.extend(progression.map(|chord| (key, chord)));
    }
    chords
}
